"""What similar accounts were paid (R142): quartiles, and nothing that tells one owner's price."""

import pytest

from accounts.models import PriceBand
from orders import price_levels, ratings
from tests.factories import MediaAccountFactory
from tests.moments import DAY, HOUR
from tests.orders import world

pytestmark = pytest.mark.django_db
NOW = world.START + 3 * DAY


def earned(account, *prices, first=world.START):
    """An order per price, an hour apart, all earned."""
    for number, price in enumerate(prices):
        world.achieved(accounts=[account], starts=[first + number * HOUR], price=price)


def five_owners():
    """Eight orders of five owners: the cheapest at 10.00, the dearest at 90.00."""
    for price in (1_000, 3_000, 5_000):
        earned(MediaAccountFactory(), price, price)
    for price in (7_000, 9_000):
        earned(MediaAccountFactory(), price)


def bands():
    return list(PriceBand.objects.values_list("form", "followers_band", "low", "middle", "high", "orders"))


def test_eight_orders_of_five_owners_make_a_band():
    five_owners()
    assert price_levels.refresh(now=NOW) == 1
    assert bands() == [("original", 2, 3_000, 5_000, 7_000, 8)]


def test_seven_orders_are_too_few():
    for price in (1_000, 3_000):
        earned(MediaAccountFactory(), price, price)
    for price in (5_000, 7_000, 9_000):
        earned(MediaAccountFactory(), price)
    assert price_levels.refresh(now=NOW) == 0


def test_four_owners_are_too_few_however_many_accounts_they_have():
    accounts = [MediaAccountFactory() for _ in range(4)]
    accounts.append(MediaAccountFactory(weibo__user=accounts[0].owner))
    for account in accounts:
        earned(account, 5_000, 5_000)
    assert price_levels.refresh(now=NOW) == 0


def test_a_busy_account_counts_once():
    five_owners()
    earned(MediaAccountFactory(), *[90_000] * 9)
    price_levels.refresh(now=NOW)
    assert bands() == [("original", 2, 3_000, 5_000, 9_000, 17)]


def test_accounts_with_many_more_followers_are_no_peers():
    five_owners()
    earned(MediaAccountFactory(weibo__followers=1_000_000), *[90_000] * 9)
    price_levels.refresh(now=NOW)
    assert bands() == [("original", 2, 3_000, 5_000, 7_000, 8)]


@pytest.mark.parametrize(("later", "count"), [(0 * DAY, 1), (88 * DAY, 0)])
def test_only_the_last_ninety_days_count(later, count):
    five_owners()
    assert price_levels.refresh(now=NOW + later) == count


def test_what_was_not_earned_says_nothing_of_prices():
    five_owners()
    for number in range(9):
        world.published(price=90_000, starts=[world.START + number * HOUR])
    price_levels.refresh(now=NOW)
    assert bands() == [("original", 2, 3_000, 5_000, 7_000, 8)]


def test_the_daily_run_keeps_the_bands():
    five_owners()
    ratings.refresh_due(NOW)
    assert PriceBand.objects.get().at == NOW
