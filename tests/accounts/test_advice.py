"""收不到订单 (R142)."""

import pytest

from accounts.advice import advise
from accounts.models import PriceBand
from accounts.price_bands import Placed
from tests.factories import MediaAccountFactory
from tests.moments import MONDAY

pytestmark = pytest.mark.django_db


def _codes(account):
    return [advice.code for advice in advise(account=account)]


@pytest.fixture
def peers():
    """Five accounts of the same category: 100,000 followers, 100.00 and 50.00."""
    return MediaAccountFactory.create_batch(5)


def test_an_ordinary_account_among_its_peers_needs_no_advice(peers):
    assert _codes(MediaAccountFactory()) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"authorised": False}, "not_authorised"),
        ({"review": "pending", "taking": "off"}, "in_review"),
        ({"review": "rejected", "taking": "off"}, "review_rejected"),
        ({"taking": "off"}, "taking_closed"),
        ({"taking": "rejected"}, "taking_closed"),
        ({"suspended_at": MONDAY}, "suspended"),
        ({"price_original": None, "price_repost": None}, "no_price"),
        ({"category": None}, "no_category"),
    ],
)
def test_what_keeps_an_account_out_is_named_first(peers, facts, code):
    assert _codes(MediaAccountFactory(**facts)) == [code]


def test_a_price_above_the_peers_is_compared_for_the_same_reach(peers):
    account = MediaAccountFactory(followers=200_000, price_original=30_000, price_repost=12_000)
    (advice,) = advise(account=account)
    assert advice.code == "dear_original"
    assert "300.00" in advice.text
    assert "200.00" in advice.text


@pytest.mark.parametrize(("price", "codes"), [(6_000, []), (6_001, ["dear_repost"])])
def test_a_fifth_above_the_peers_is_still_fair(peers, price, codes):
    assert _codes(MediaAccountFactory(price_repost=price)) == codes


def test_less_than_half_the_peers_followers_is_said_once(peers):
    account = MediaAccountFactory(followers=49_999, price_original=1, price_repost=1)
    (advice,) = advise(account=account)
    assert advice.code == "few_followers"
    assert "100,000" in advice.text


def test_with_few_peers_nothing_is_compared():
    MediaAccountFactory.create_batch(3)
    assert _codes(MediaAccountFactory(followers=1, price_repost=10**9)) == []


def test_an_account_without_followers_is_not_divided_by(peers):
    assert _codes(MediaAccountFactory(followers=0)) == ["few_followers"]


def test_among_settled_prices_only_a_price_above_most_is_dear(peers):
    account = MediaAccountFactory(price_original=30_000, price_repost=30_000)
    band = PriceBand(low=6_000, middle=8_000, high=12_000)
    prices = [Placed("original", 12_001, band), Placed("repost", 12_000, band)]
    (advice,) = advise(account=account, prices=prices)
    assert advice.code == "dear_original"
    assert "120.01 元" in advice.text
    assert "先降到 120.00 元" in advice.text


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"answer_minutes": 241}, "slow_answers"),
        ({"lapse_rate_bp": 3_501}, "lapses"),
        ({"accept_rate_bp": 4_999}, "few_accepted"),
        ({"rating": 59}, "low_rating"),
        ({"specific": True, "specific_opt_in": False}, "personal_off"),
    ],
)
def test_what_advertisers_pass_over_is_named_with_a_way_out(facts, code):
    (advice,) = advise(account=MediaAccountFactory(**facts))
    assert advice.code == code
    assert advice.url
    assert advice.action


def test_ordinary_conduct_is_no_reason():
    facts = {"answer_minutes": 240, "lapse_rate_bp": 3_500, "accept_rate_bp": 5_000, "rating": 60}
    assert _codes(MediaAccountFactory(**facts)) == []
