"""An account as its owner sees it: prices among those of others, and why orders are few (R142, R143)."""

import pytest
from django.urls import reverse

from accounts import price_bands, suspensions
from accounts.price_bands import Settled
from tests.accounts.people import make_reviewer, suspend
from tests.factories import MediaAccountFactory
from tests.moments import DAY, HOUR, MONDAY
from tests.pages.test_every_page import logged_in
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


@pytest.fixture
def account():
    return MediaAccountFactory(weibo__user__identity="media", price_original=30_000)


def shown(account):
    return logged_in(account.owner).get(reverse("media_account", args=[account.pk])).content.decode()


def test_a_price_above_most_is_drawn_named_and_advised(account):
    price_bands.keep([Settled(account.category_id, 2, "original", 6_000, 8_000, 12_000, 9)], now=MONDAY)
    page = shown(account)
    assert "高于大多数" in page
    assert "据 9 个已达成的订单" in page
    assert "可先降到 120.00 元试试" in page


def test_too_few_orders_of_others_are_not_shown(account):
    page = shown(account)
    assert page.count("同类成交还太少，暂不显示") == 2
    assert "不足 8 个订单或 5 位帐号主时不显示" in page


def test_an_account_that_nothing_holds_back_is_told_so(account):
    assert "没有发现明显的问题" in shown(account)


def test_a_suspended_owner_reads_why_and_until_when(account):
    suspend(account, now=MONDAY, reason="流单过多", until=MONDAY + DAY)
    page = shown(account)
    assert "原因：流单过多" in page
    assert "2026-01-06 10:00" in page
    assert "自动恢复" in page


def test_a_warning_and_the_end_of_a_suspension_stand_in_the_record(account):
    suspensions.warn(account=account, reason="再次流单", by=make_reviewer(), now=MONDAY)
    suspend(account, now=MONDAY, until=MONDAY + HOUR)
    suspensions.end_due(MONDAY + HOUR)
    page = shown(account)
    for words in ("警告", "再次流单", "恢复交易", "暂停期满"):
        assert words in page
