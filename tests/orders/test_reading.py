"""Batches of posts read back when something in them is odd (R90, architecture 6 and 7)."""

import pytest

from orders import publishing, retention
from tests.orders import at_weibo
from tests.orders.at_weibo import START, fresh
from tests.orders.test_retention import outcomes
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
