"""What a choice costs and whom it reaches (A10, R31, A38)."""

import pytest

from billing import credit
from tasks.quoting import quote
from tests.factories import MediaAccountFactory, UserFactory
from tests.moments import HOUR, MONDAY

pytestmark = pytest.mark.django_db


def test_the_form_decides_the_price():
    account = MediaAccountFactory(price_original=10_000, price_repost=5_000)
    assert quote(form="original", account_ids=[account.pk], now=MONDAY).net == 10_000
    assert quote(form="repost", account_ids=[account.pk], now=MONDAY).net == 5_000


def test_the_fee_is_rounded_per_account_and_dated():
    accounts = [MediaAccountFactory(price_original=105).pk, MediaAccountFactory(price_original=105).pk]
    credit.set_fee_rate(rate_bp=1_000, valid_from=MONDAY + HOUR, by=UserFactory(), now=MONDAY)
    assert quote(form="original", account_ids=accounts, now=MONDAY).fee == 0
    later = quote(form="original", account_ids=accounts, now=MONDAY + HOUR)
    assert ([row.fee for row in later.rows], later.total) == ([11, 11], 232)


def test_coverage_is_the_sum_and_counts_an_account_chosen_twice_twice():
    account = MediaAccountFactory(weibo__followers=1_000)
    other = MediaAccountFactory(weibo__followers=500)
    assert quote(form="repost", account_ids=[account.pk, other.pk, account.pk], now=MONDAY).coverage == 2_500


def test_an_account_without_a_price_costs_nothing_yet():
    account = MediaAccountFactory(price_original=None)
    row = quote(form="original", account_ids=[account.pk], now=MONDAY).rows[0]
    assert (row.price, row.fee) == (None, 0)


def test_an_unknown_account_is_a_row_without_anything():
    empty = quote(form="original", account_ids=[0], now=MONDAY)
    assert (empty.rows[0].price, empty.total, empty.coverage) == (None, 0, 0)
