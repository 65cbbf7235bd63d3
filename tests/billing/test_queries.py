"""What the pages show of money (R120, R121, A1, A32)."""

import pytest

from billing import holds, queries
from billing.models import CreditLimit
from tests.billing.book import earn, recharge
from tests.factories import AdvertiserFactory, UserFactory
from weitask import keyset

pytestmark = pytest.mark.django_db


def wallet(advertiser, now):
    return queries.wallet(advertiser_id=advertiser.pk, now=now)


def test_a_new_advertiser_has_a_wallet_of_zeros(now):
    assert wallet(AdvertiserFactory(), now) == queries.Wallet(0, 0, 0, 0, 0, 0, 0, 0)


def test_the_balance_is_available_plus_frozen_and_a_hold_only_lowers_what_is_spendable(now):
    advertiser = AdvertiserFactory()
    recharge(advertiser, 100_000)
    holds.freeze(advertiser_id=advertiser.pk, charges=[holds.Charge(1, 30_000)], now=now)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=20_000, now=now)
    got = wallet(advertiser, now)
    assert (got.balance, got.available, got.frozen) == (100_000, 70_000, 30_000)
    assert (got.held, got.spendable, got.recharged_total) == (20_000, 50_000, 100_000)


def test_a_hold_that_has_ended_is_not_held_and_can_be_spent_again(now):
    advertiser = AdvertiserFactory()
    recharge(advertiser, 30_000)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=20_000, now=now)
    holds.end(submission_id=1, now=now)
    wallet = queries.wallet(advertiser_id=advertiser.pk, now=now)
    assert (wallet.held, wallet.spendable) == (0, 30_000)
    holds.place(submission_id=2, advertiser_id=advertiser.pk, amount=30_000, now=now)


def test_used_credit_is_a_separate_debt_and_available_is_never_below_zero(now):
    advertiser = AdvertiserFactory()
    recharge(advertiser, 10_000)
    CreditLimit.objects.create(advertiser=advertiser, amount=50_000, contract="HT", valid_from=now, by=UserFactory())
    holds.freeze(advertiser_id=advertiser.pk, charges=[holds.Charge(1, 40_000)], now=now)
    got = wallet(advertiser, now)
    assert (got.balance, got.available, got.frozen) == (40_000, 0, 40_000)
    assert (got.credit_limit, got.credit_used, got.spendable) == (50_000, 30_000, 20_000)


def test_credit_is_no_recharge(now):
    advertiser = AdvertiserFactory()
    CreditLimit.objects.create(advertiser=advertiser, amount=500_000, contract="HT", valid_from=now, by=UserFactory())
    assert wallet(advertiser, now).recharged_total == 0


def test_an_owner_sees_what_is_owed(now):
    owner = UserFactory()
    earn(AdvertiserFactory(), owner, {1: 10_000, 2: 500})
    assert queries.earnings(owner_id=owner.pk) == queries.Earnings(10_500, 0, 0, 10_500)


def test_a_statement_shows_one_party_only_newest_first_with_its_reasons(now, django_assert_num_queries):
    advertiser, owner = AdvertiserFactory(), UserFactory()
    earn(advertiser, owner, {1: 10_000})
    recharge(AdvertiserFactory(), 77)
    with django_assert_num_queries(1):
        lines = [
            (line.transfer.get_reason_display(), line.account.get_kind_display(), line.amount)
            for line in queries.statement(advertiser_id=advertiser.pk)
        ]
    assert lines[0] == ("订单收入", "冻结金额", -10_000)
    assert lines[-1] == ("充值", "可用余额", 10_000)
    assert [line.amount for line in queries.statement(owner_id=owner.pk)] == [10_000]


def test_a_statement_is_walked_by_its_accounts_and_shows_every_line_once(now):
    advertiser, owner = AdvertiserFactory(), UserFactory()
    for order in range(1, 8):
        earn(advertiser, owner, {order: 1_000})
        recharge(AdvertiserFactory(), 77)
    lines = queries.statement(advertiser_id=advertiser.pk)
    whole, walked, page = [line.pk for line in lines], [], keyset.page(lines, size=4)
    while True:
        walked += [line.pk for line in page.rows]
        if page.next is None:
            break
        before, page = page, keyset.page(lines, after=str(page.next), size=4)
        back = keyset.page(lines, before=str(page.previous), size=4)
        assert [line.pk for line in back.rows] == [line.pk for line in before.rows]
    assert walked == whole
    assert len(whole) == 28


def test_earnings_leave_the_way_through_the_bank_out(now):
    owner = UserFactory()
    earn(AdvertiserFactory(), owner, {1: 10_000})
    (line,) = keyset.page(queries.earned(owner_id=owner.pk)).rows
    assert line.account.kind == "payable"
