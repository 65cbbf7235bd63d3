"""Counts between the readings (R87)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders import counting, publishing
from orders.models import Order
from tests.moments import DAY, HOUR, MINUTE
from tests.orders import at_weibo
from tests.orders.at_weibo import START, fault, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]
ONE = START + HOUR


def test_a_post_is_counted_at_each_whole_hour_of_its_first_day(sandbox):
    order = at_weibo.posted(sandbox)
    sandbox.control(f"weibo/posts/{order.weibo_id}/counts/", {"reposts": 7, "comments": 2, "likes": 30})
    assert counting.count_next_due(START) == ONE
    assert counting.count_due(ONE) == 1
    order = fresh(order)
    assert (order.reposts, order.comments, order.likes, order.counted_at) == (7, 2, 30, ONE)
    assert order.next_count_at == ONE + HOUR


def test_counting_ends_with_the_first_day(sandbox):
    order = at_weibo.posted(sandbox)
    Order.objects.filter(pk=order.pk).update(next_count_at=START + DAY - HOUR)
    counting.count_due(START + DAY - HOUR)
    assert fresh(order).next_count_at is None


def test_a_failing_call_is_repeated_after_five_minutes(sandbox):
    order = at_weibo.posted(sandbox)
    fault(sandbox, "statuses/count", "http_500")
    assert counting.count_due(ONE) == 1
    assert (fresh(order).counted_at, counting.count_next_due(ONE)) == (None, ONE + 5 * MINUTE)


def test_a_deleted_post_keeps_the_counts_it_had(sandbox):
    order = at_weibo.posted(sandbox)
    Order.objects.filter(pk=order.pk).update(reposts=5)
    sandbox.control(f"weibo/posts/{order.weibo_id}/delete/")
    counting.count_due(ONE)
    assert (fresh(order).reposts, fresh(order).next_count_at) == (5, ONE + HOUR)


def test_a_hundred_posts_are_one_call(sandbox, monkeypatch):
    monkeypatch.setattr(counting, "BATCH", 2)
    at_weibo.ready(sandbox, starts=(START,) * 3)
    publishing.publish_due(START)
    assert counting.count_due(ONE) == 3
    assert len(sandbox.control("requests/?target=statuses/count/biz")) == 2


def test_an_order_that_is_over_is_not_counted_any_more(sandbox):
    order = at_weibo.posted(sandbox)
    Order.objects.filter(pk=order.pk).update(state="failed")
    assert counting.count_due(ONE) == 1
    assert counting.count_next_due(ONE) is None
    assert sandbox.control("requests/?target=statuses/count/biz") == []


def test_counts_are_written_under_the_locks_of_their_orders_taken_in_the_order_of_ids(sandbox):
    at_weibo.posted(sandbox)
    with CaptureQueriesContext(connection) as asked:
        counting.count_due(ONE)
    lock, write = [query["sql"] for query in asked if "UPDATE" in query["sql"]]
    assert "ORDER BY id FOR NO KEY UPDATE" in lock
    assert "UPDATE orders_order o SET" in write
