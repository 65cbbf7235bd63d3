"""增加订单 costs what its page showed: a price changed meanwhile is shown and asked about once more (A43)."""

import re

import pytest
from django.urls import reverse

from accounts import media
from orders.models import Order
from tests.billing.book import recharge
from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask import clock
from weitask.periods import shanghai

pytestmark = pytest.mark.django_db


def hidden_fields(page: str) -> dict[str, str]:
    """The rows' hidden fields as a browser would send them back."""
    inputs = re.findall(r'<input type="hidden" name="(rows-[^"]+)"(?: value="([^"]*)")?', page)
    return dict(inputs) | {"rows-0-start_at": f"{shanghai(MONDAY + 3 * HOUR):%Y-%m-%dT%H:%M}"}


def test_a_price_that_rose_while_adding_is_asked_about_again(sandbox):
    clock.pin(at=MONDAY)
    running, account = world.one(), MediaAccountFactory(price_original=10_000)
    recharge(running.advertiser, 100_000)
    client, address = logged_in(running.advertiser.user), reverse("task_add_orders", args=[running.task_id])
    shown = hidden_fields(client.get(address, {"account": account.pk}).content.decode())
    media.set_prices(account=account, by=account.owner, original=20_000, repost=None, now=MONDAY)
    again = client.post(address, shown)
    assert (again.status_code, Order.objects.filter(account=account).count()) == (400, 0)
    assert "价格由 100.00 元变为 200.00 元" in again.content.decode()
    agreed = client.post(address, hidden_fields(again.content.decode()))
    assert (agreed.status_code, Order.objects.get(account=account).price) == (302, 20_000)
