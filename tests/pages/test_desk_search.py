"""Searching a list of the desk finds what Django's own search finds, each word by an index."""

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db import connection
from django.test import RequestFactory

from orders.models import Order
from tests.factories import UserFactory, WeiboAccountFactory
from tests.pages.test_query_counts import a_market
from weitask import desk_search

pytestmark = pytest.mark.django_db
DESKS = {one.opts.label_lower: one for one in admin.site._registry.values() if one.search_fields}


@pytest.fixture(scope="module")
def request_of_staff():
    return RequestFactory().get("/")


def words_in(desk):
    """Of each field what some row holds, whole and the middle of it; two of them at once; and what nothing holds."""
    for name in desk.search_fields:
        path = name.removeprefix("=")
        held = desk.model._base_manager.order_by("pk").values_list(path, flat=True)
        for word in {str(value) for value in held[:3] if value not in (None, "")}:
            yield f'"{word}"' if " " in word else word
            if len(word) > 3 and not name.startswith("="):
                yield word[1:-1].strip().upper()
                yield f"{word.split()[0]} {word.split()[-1][:2]}"
    yield from ("nothing-like-this", "12 nothing-like-this", "99999999999999999999", "%", "_")


def answers(desk, asked, request):
    rows = desk.model._base_manager.order_by("pk")
    ours, twice = desk.get_search_results(request, rows, asked)
    theirs, _ = ModelAdmin.get_search_results(desk, request, rows, asked)
    found = list(ours.values_list("pk", flat=True))
    assert not twice
    assert len(found) == len(set(found)), asked
    return found, sorted(set(theirs.values_list("pk", flat=True)))


@pytest.mark.parametrize("few", [desk_search.FEW, 0])  # 0: every word is a frequent one
def test_every_list_finds_what_django_finds(few, monkeypatch, request_of_staff):
    monkeypatch.setattr(desk_search, "FEW", few)
    a_market(rows=3)
    hits = set()
    for label, desk in DESKS.items():
        for asked in words_in(desk):
            ours, theirs = answers(desk, asked, request_of_staff)
            assert ours == theirs, (label, asked)
            hits |= {label} if ours else set()
    assert {"orders.order", "tasks.task", "accounts.user", "billing.transfer", "accounts.mediaaccount"} <= hits


def test_without_words_all_are_there(request_of_staff):
    a_market(rows=2)
    everything = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    assert answers(DESKS["orders.order"], " ", request_of_staff)[0] == everything


@pytest.mark.parametrize("column", ["number", "task_id", "account__screen_name"])
def test_an_order_is_found_by_indexes_of_its_columns(column, request_of_staff):
    a_market(rows=3)
    word = str(Order.objects.values_list(column, flat=True)[0])
    rows, _ = DESKS["orders.order"].get_search_results(request_of_staff, Order.objects.order_by(), word)
    with connection.cursor() as cursor:  # whatever so few rows would suggest
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    plan = rows.explain()
    assert plan.count("Bitmap Index Scan") == plan.count("Index Cond") >= 2
    assert "Filter" not in plan


def test_a_person_who_stands_there_twice_is_found_once(request_of_staff):
    user = UserFactory()
    WeiboAccountFactory.create_batch(2, user=user, screen_name="双号")
    ours, _ = answers(DESKS["accounts.user"], "双号", request_of_staff)
    assert ours == [user.pk]
