"""Telling our own repost in a timeline, on plain values (weibo.md 4 and 5)."""

from dataclasses import replace

import pytest

from orders.timeline import Question, own_post
from tests.orders.world import START
from weitask.gateways.weibo import Post

SENT = Question(
    attempt_id=1,
    order_id=1,
    number="WT26010500000001",
    uid="6100000001",
    token="",
    base_post_id="10",
    first_sent_at=START,
    sent_at=START,
    source_id="7",
    text="好吃",
)
SHOWN = Post(id="11", uid="6100000001", text="好吃", created_at=START, retweeted_id="7", app="微任务")


def told(post, question=SENT):
    return own_post(question, [post], taken=(), roots={"7": "7"}) is post


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("好吃", "好吃 \u200b"),
        ("好吃 HTTP://shop.example/a?b=1", "好吃 http://t.cn/A6xYz12"),
        ("5 < 6", "5 &lt; 6"),
        ("", "转发微博"),
    ],
    ids=["zero-width space", "short link", "escaped", "no words"],
)
def test_a_repost_is_told_though_weibo_shows_its_words_in_its_own_way(sent, shown):
    assert told(replace(SHOWN, text=shown), replace(SENT, text=sent))


def test_a_repost_by_another_app_is_not_ours(settings):
    settings.WEIBO_APP_NAME = "微任务"
    assert not told(replace(SHOWN, app="微博网页版"))


def test_a_repost_that_does_not_name_its_app_may_be_ours(settings):
    settings.WEIBO_APP_NAME = "微任务"
    assert told(replace(SHOWN, app=""))
