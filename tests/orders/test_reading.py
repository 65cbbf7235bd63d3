"""Batches of posts read back when something in them is odd (R90, architecture 6 and 7)."""

import pytest

from accounts import weibo_binding
from orders import deciding, publishing, reading, retention
from orders.models import Order
from tests.moments import DAY, HOUR
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, fresh
from tests.orders.test_retention import delete, outcomes
from weitask.gateways.errors import TemporaryError
from weitask.gateways.weibo import WeiboClient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]


def test_a_post_that_cannot_be_parsed_spoils_no_other_of_its_batch(sandbox, monkeypatch):
    orders = [fresh(order) for order in at_weibo.ready(sandbox, starts=(START,) * 5)]
    publishing.publish_due(START)
    odd, read = fresh(orders[2]).weibo_id, WeiboClient.read_posts

    def read_posts(self, *, ids):
        if odd in ids:
            raise TemporaryError(code="bad_json")
        return read(self, ids=ids)

    monkeypatch.setattr(WeiboClient, "read_posts", read_posts)
    retention.check_due(START)
    assert [outcomes(order) for order in orders] == [["seen"], ["seen"], ["unknown"], ["seen"], ["seen"]]


def test_a_post_gone_with_its_authorisation_and_no_other_to_compare_with_does_not_freeze_its_money_for_ever(sandbox):
    order = at_weibo.posted(sandbox)
    delete(sandbox, order, START)
    weibo_binding.mark_lost(weibo=order.account.weibo, state="revoked", code="", now=START)
    retention.check_due(START + 3 * DAY)
    assert (fresh(order).state, fresh(order).undecided, outcomes(order)) == ("published", "unseen", ["unknown"])
    deciding.decide(order=fresh(order), by=world.judge(), outcome="deleted", reason="已删除", now=START + 3 * DAY)
    assert (fresh(order).state, world.frozen(order)) == ("failed", 0)


def test_neither_the_post_in_question_nor_one_that_was_never_read_is_the_control(sandbox, monkeypatch):
    monkeypatch.setattr(reading, "CONTROLS", 1)
    gone, living = at_weibo.ready(sandbox, starts=(START, START))
    publishing.publish_due(START)
    unread = world.published()  # as a person found it; not at this Weibo
    assert unread.last_seen_at is None
    Order.objects.filter(pk__in=[living.pk, unread.pk]).update(next_check_at=START + HOUR)
    delete(sandbox, fresh(gone), START)
    retention.check_due(START)
    assert (gone.readings.get().outcome, gone.readings.get().code) == ("missing", "")
