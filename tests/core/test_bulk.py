"""Rows in bulk are what `bulk_create` would have written."""

import pytest
from django.db import IntegrityError

from tasks.models import Item
from tests.moments import MINUTE, MONDAY
from tests.tasks.making import submitted
from weitask import bulk

pytestmark = pytest.mark.django_db

TEXT = "引号\" ' \\ {} %s\n换行 🍲"


def item(submission, **values) -> Item:
    account = submission.items.get().account
    plain = {"start_at": MONDAY + MINUTE, "price": 1, "fee": 0, "followers": 2, "rating": 3}
    return Item(submission=submission, account=account, **plain | values)


@pytest.fixture
def submission():
    return submitted()


def test_rows_come_back_as_they_went_in(submission):
    rows = [
        item(submission, text=TEXT, image_ids=[1, 2]),
        item(submission, lapsed_at=MONDAY.replace(microsecond=123_456)),
    ]
    bulk.insert(rows)
    first, second = Item.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    assert (first.text, first.image_ids, first.lapsed_at) == (TEXT, [1, 2], None)
    assert (second.text, second.image_ids, second.lapsed_at) == ("", [], MONDAY.replace(microsecond=123_456))
    assert [row.pk for row in rows] == [first.pk, second.pk]


def test_a_thousand_rows_are_one_statement(submission, django_assert_num_queries):
    one = item(submission)
    rows = [
        Item(
            submission_id=one.submission_id,
            account_id=one.account_id,
            start_at=MONDAY,
            price=n,
            fee=0,
            followers=1,
            rating=1,
        )
        for n in range(1, 1_001)
    ]
    with django_assert_num_queries(1):
        bulk.insert(rows)
    stored = Item.objects.filter(submission=submission).order_by("pk").values_list("price", flat=True)
    assert list(stored)[1:] == list(range(1, 1_001))


def test_no_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.insert([])


def test_the_database_keeps_its_promises(submission):
    with pytest.raises(IntegrityError, match="item_cost_positive"):
        bulk.insert([item(submission, price=0)])
