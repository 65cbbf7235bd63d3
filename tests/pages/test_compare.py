"""Accounts side by side (R21, R141): what this advertiser may see, of whom they may see."""

import re

import pytest

from accounts import indicators
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.pages.test_every_page import logged_in

pytestmark = pytest.mark.django_db


def page(advertiser, *accounts):
    query = [("account", one.pk) for one in accounts]
    return logged_in(advertiser.user).get("/market/compare/", query).content.decode()


def heads(shown):
    return re.findall(r'href="/market/(\d+)/"', shown)


def test_accounts_stand_side_by_side_in_the_order_asked():
    one, other = MediaAccountFactory.create_batch(2)
    shown = page(AdvertiserFactory(), other, one, other)
    assert heads(shown) == [str(other.pk), str(one.pk)]
    assert shown.count('scope="row"') == len(indicators.INDICATORS)


def test_more_than_five_are_cut_and_it_is_said():
    shown = page(AdvertiserFactory(), *MediaAccountFactory.create_batch(6))
    assert len(heads(shown)) == 5
    assert "一次最多比较 5 个帐号" in shown


def test_a_personal_advertiser_compares_only_the_pool_and_fewer_figures():
    inside, outside = MediaAccountFactory(specific_one=True), MediaAccountFactory()
    personal = AdvertiserFactory(personal=True)
    shown = page(personal, inside, outside)
    assert heads(shown) == [str(inside.pk)]
    assert "原发价格" not in shown


def test_nothing_ticked_leads_back_to_the_market():
    assert "去选帐号" in page(AdvertiserFactory())
