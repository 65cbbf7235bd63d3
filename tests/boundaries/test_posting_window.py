"""Posting window: at start + 15:00 the order is 已取消, at start + 14:59 it is still posted (A24, R80, R90)."""

from datetime import timedelta

import pytest

from orders import publishing
from tests.moments import MINUTE, SECOND
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, book, fault, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]
END = START + 15 * MINUTE


def test_15_minutes_after_the_start_the_order_is_cancelled_uncharged(sandbox):
    (order,) = at_weibo.ready(sandbox)
    publishing.publish_due(END)
    order = fresh(order)
    assert (order.state, order.cause, book(sandbox, order)) == ("cancelled", "platform", [])
    assert (world.frozen(order), world.available(order)) == (0, 11_000)


def test_14_59_after_the_start_the_order_is_posted(sandbox):
    (order,) = at_weibo.ready(sandbox)
    publishing.publish_due(END - SECOND)
    assert fresh(order).state == "published"
    assert len(book(sandbox, order)) == 1


def test_a_try_refused_until_14_59_is_given_up_at_15_minutes(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="20016", times=1000)
    for late in (timedelta(0), 10 * MINUTE, 15 * MINUTE - SECOND):
        publishing.publish_due(START + late)
        assert fresh(order).state == "accepted"
    at_weibo.calm(sandbox)
    publishing.publish_due(END)
    assert (fresh(order).state, book(sandbox, order)) == ("cancelled", [])


def test_a_try_refused_before_is_made_good_at_14_59(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="20016", times=1)
    publishing.publish_due(START + 10 * MINUTE)
    assert fresh(order).state == "accepted"
    publishing.publish_due(END - SECOND)
    assert (fresh(order).state, len(book(sandbox, order))) == ("published", 1)
