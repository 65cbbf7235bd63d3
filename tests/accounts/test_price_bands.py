"""A price among those of similar accounts (R142)."""

import pytest

from accounts import price_bands
from accounts.models import PriceBand
from accounts.price_bands import Placed, Settled
from tests.factories import CategoryFactory, MediaAccountFactory

pytestmark = pytest.mark.django_db


def settled(category, **changes):
    return Settled(**{"category_id": category.pk, "followers_band": 2, "form": "original"} | FIGURES | changes)


FIGURES = {"low": 6_000, "middle": 8_000, "high": 12_000, "orders": 9}


@pytest.mark.parametrize(
    ("price", "where"),
    [(5_999, "below"), (6_000, "within"), (12_000, "within"), (12_001, "above"), (None, "")],
)
def test_a_price_lies_below_within_or_above_the_middle_half(price, where):
    assert Placed("original", price, PriceBand(**FIGURES)).where == where


def test_without_a_band_a_price_lies_nowhere_and_nothing_is_drawn():
    placed = Placed("original", 5_000, None)
    assert (placed.where, placed.drawn) == ("", {})


def test_the_drawing_holds_the_dearer_of_price_and_band():
    drawn = Placed("original", 24_000, PriceBand(**FIGURES)).drawn
    assert drawn == {"low": 200, "middle": 266, "width": 200, "price": 800, "scale": 1_000}


@pytest.mark.parametrize(("followers", "known"), [(24_999, False), (25_000, True), (124_999, True), (125_000, False)])
def test_an_account_meets_the_band_of_its_own_followers(now, followers, known):
    account = MediaAccountFactory(weibo__followers=followers)
    price_bands.keep([settled(account.category)], now=now)
    original, repost = price_bands.of_account(account)
    assert (original.band is not None, repost.band) == (known, None)


def test_another_category_has_its_own_bands(now):
    price_bands.keep([settled(CategoryFactory(slug="travel"))], now=now)
    assert [one.band for one in price_bands.of_account(MediaAccountFactory())] == [None, None]


def test_todays_bands_take_the_place_of_yesterdays(now):
    category = CategoryFactory()
    price_bands.keep([settled(category)], now=now)
    price_bands.keep([settled(category, form="repost")], now=now)
    assert list(PriceBand.objects.values_list("form", flat=True)) == ["repost"]
