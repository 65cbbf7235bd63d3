"""Slices of rows in any order: every row once, forward and back, with ties, nulls and mixed directions."""

import base64

import pytest
from django.db.models import F, IntegerField, Value
from django.db.models.functions import NullIf

from accounts.models import MediaAccount, User
from tests.factories import CategoryFactory, MediaAccountFactory, UserFactory
from weitask import cursors

pytestmark = pytest.mark.django_db

NONSENSE = (b"[]", b"7", b'["x"]', b'["x", "y"]', b"\xff", b'["\\u0000"]')
ORDERS = {
    "one column": ["-pk"],
    "ties": ["followers", "-pk"],
    "mixed": ["-followers", "screen_name", "pk"],
    "nulls last": ["price_repost", "-pk"],
    "nulls first": ["-price_repost", "-pk"],
    "nulls where it is said": [F("price_repost").desc(nulls_last=True), F("followers").asc(nulls_first=True), "pk"],
    "a model in the order of its own": ["category", "-pk"],
    "the same, falling": ["-category", "pk"],
    "an expression": [NullIf(F("followers"), Value(5), output_field=IntegerField()).desc(), "pk"],
}


@pytest.fixture
def accounts():
    """Eight accounts: some without a price or a category, many alike."""
    kinds = [CategoryFactory(position=2), CategoryFactory(position=1), None]
    for number in range(8):
        MediaAccountFactory(
            weibo__followers=(5, 9, 5, 7)[number % 4],
            price_repost=(None, 300, 300, 200)[number // 2],
            category=kinds[number % 3],
        )
    return MediaAccount.objects.all()


def walked(rows, *, size):
    """Forward to the end, and from there back to the beginning."""
    pages = [cursors.cut(rows, size=size)]
    while pages[-1].next:
        pages.append(cursors.cut(rows, after=pages[-1].next, size=size))
    back = [pages[-1]]
    while back[-1].previous:
        back.append(cursors.cut(rows, before=back[-1].previous, size=size))
    return [one.rows for one in pages], [one.rows for one in back[::-1]]


@pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))
def test_a_walk_shows_every_row_once_in_the_order_of_the_database(accounts, order):
    rows = accounts.order_by(*order)
    forward, back = walked(rows, size=3)
    assert [row for page in forward for row in page] == list(rows)
    assert back == forward


def test_a_row_that_comes_meanwhile_moves_no_page():
    made = [UserFactory() for _ in range(4)]
    rows = User.objects.order_by("-pk")
    first = cursors.cut(rows, size=2)
    UserFactory()
    assert cursors.cut(rows, after=first.next, size=2).rows == made[1::-1]


@pytest.mark.parametrize(
    "nonsense",
    ["abc", "%", "１", *(base64.b64encode(text).decode() for text in NONSENSE)],
)
def test_nonsense_means_the_first_rows(nonsense):
    user = UserFactory()
    assert cursors.cut(User.objects.order_by("-pk"), after=nonsense, size=2).rows == [user]
    assert cursors.cut(User.objects.order_by("username", "pk"), before=nonsense, size=2).rows == [user]


def test_a_number_that_no_column_holds_ends_the_walk():
    UserFactory()
    beyond = base64.urlsafe_b64encode(b'["-99999999999999999999"]').decode()
    assert cursors.cut(User.objects.order_by("-pk"), after=beyond, size=2) == cursors.Slice([], None, None)
