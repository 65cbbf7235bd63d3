"""Lists sorted by the address, page by page, in the file as on the page."""

import pytest
from django.urls import reverse

from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from tests.pages.test_list_exports import owner_of, sheet
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders():
    """25 orders of one owner, their starts and prices in two different orders."""
    clock.pin(at=MONDAY)
    account = MediaAccountFactory()
    return [
        world.one(accounts=[account], starts=[world.START + (number * 7 % 25) * HOUR], price=100 + number * 11 % 25)
        for number in range(25)
    ]


def walked(orders, ordering):
    """Numbers of all pages of the owner's list."""
    client, asked, found = logged_in(owner_of(orders[0])), {"ordering": ordering}, []
    while True:
        page = client.get(reverse("orders"), asked).context["page"]
        found += [order.number for order in page.rows]
        if page.next is None:
            return found
        asked = {"ordering": ordering, "after": page.next}


def test_every_page_goes_on_where_the_one_before_ended(orders):
    by_start = [order.number for order in sorted(orders, key=lambda order: order.start_at)]
    by_price = [order.number for order in sorted(orders, key=lambda order: (-order.price, -order.pk))]
    assert walked(orders, "start") == by_start
    assert walked(orders, "-price") == by_price


def test_the_file_is_sorted_as_the_page(orders):
    rows = sheet(owner_of(orders[0]), "orders", ordering="-price")
    assert [row["净收入（元）"] for row in rows] == sorted((order.price / 100 for order in orders), reverse=True)


def test_a_sort_that_is_none_means_the_newest_first(orders):
    assert walked(orders, "colour") == [order.number for order in reversed(orders)]
