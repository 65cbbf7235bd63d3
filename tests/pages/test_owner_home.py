"""The home of a 自媒体帐号: what waits, what starts next, and nothing of anybody else (R60)."""

import pytest
from django.urls import reverse

from orders.models import Order
from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    clock.pin(at=MONDAY)
    return MediaAccountFactory(weibo__user__identity="media")


def named(order: Order, text: str) -> Order:
    Order.objects.filter(pk=order.pk).update(text=text)
    return order


def lists(account) -> tuple[str, str]:
    """What waits for an answer, and what starts next."""
    shown = logged_in(account.owner).get(reverse("home")).content.decode()
    waiting, _, coming = shown.partition("即将发布")
    return waiting, coming


def test_open_orders_wait_and_accepted_ones_come(account):
    named(world.one(accounts=[account]), "待答复的茶")
    named(world.accepted(accounts=[account], starts=[world.START + HOUR]), "已接下的酒")
    waiting, coming = lists(account)
    assert ("待答复的茶" in waiting, "待答复的茶" in coming) == (True, False)
    assert ("已接下的酒" in waiting, "已接下的酒" in coming) == (False, True)


def test_an_order_whose_start_has_come_waits_no_longer(account):
    named(world.one(accounts=[account]), "待答复的茶")
    clock.pin(at=world.START)
    assert "待答复的茶" not in "".join(lists(account))


def test_orders_and_accounts_of_others_are_not_shown(account):
    other = MediaAccountFactory()
    named(world.one(accounts=[other]), "别人的茶")
    named(world.accepted(accounts=[other], starts=[world.START + HOUR]), "别人的酒")
    shown = "".join(lists(account))
    assert not [word for word in ("别人的茶", "别人的酒", other.screen_name) if word in shown]
