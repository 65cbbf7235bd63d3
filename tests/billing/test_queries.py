"""What the pages show of money (R120, R121, A1, A32)."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db import connection

from billing import holds, ledger, queries
from billing.models import AccountKind, CreditLimit, Entry, Reason
from tests.billing.book import earn, recharge
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import DAY
from weitask import keyset
from weitask.periods import SHANGHAI, shanghai
from weitask.refusal import Refusal

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


def whole(lines, key="-pk"):
    return lines.window(key=key, seen=None, count=1_000)


def test_a_statement_shows_one_party_only_newest_first_with_its_reasons(now, django_assert_num_queries):
    advertiser, owner = AdvertiserFactory(), UserFactory()
    earn(advertiser, owner, {1: 10_000})
    recharge(AdvertiserFactory(), 77)
    with django_assert_num_queries(2):
        lines = [
            (line.transfer.get_reason_display(), line.account.get_kind_display(), line.amount)
            for line in whole(queries.statement(advertiser_id=advertiser.pk))
        ]
    assert lines[0] == ("订单收入", "冻结金额", -10_000)
    assert lines[-1] == ("充值", "可用余额", 10_000)
    assert [line.amount for line in whole(queries.statement(owner_id=owner.pk))] == [10_000]


def every_line_once(lines):
    """Walks the pages to the end; each leads back to the one before it."""
    walked, page = [], keyset.page(lines, size=4)
    while True:
        walked += page.rows
        if page.next is None:
            return walked
        before, page = page, keyset.page(lines, after=str(page.next), size=4)
        back = keyset.page(lines, before=str(page.previous), size=4)
        assert [line.pk for line in back.rows] == [line.pk for line in before.rows]


def from_the_oldest(lines):
    """Walks the pages of the same lines the other way round."""
    walked, after = [], ""
    while after is not None:
        page = keyset.ordered(lines, key="pk", descending=False, after=after, size=4)
        walked, after = walked + page.rows, page.next
    return walked


def test_a_statement_is_walked_by_its_accounts_and_shows_every_line_once(now):
    advertiser, owner = AdvertiserFactory(), UserFactory()
    for order in range(1, 8):
        earn(advertiser, owner, {order: 1_000})
        recharge(AdvertiserFactory(), 77)
    walked = every_line_once(queries.statement(advertiser_id=advertiser.pk))
    assert walked == list(Entry.objects.filter(account__advertiser=advertiser).order_by("-pk"))
    assert len(walked) == 28


@pytest.fixture
def lived(now):
    """Nine days of an advertiser and an owner, where not every line is younger than the one before it."""
    advertiser, owner = AdvertiserFactory(), UserFactory()
    available, expense = available_of(advertiser), ledger.platform(AccountKind.EXPENSE)
    for day in range(9):
        at = now + DAY * (day ^ 1) + timedelta(hours=16 * (day % 2))  # 16:00 UTC is midnight in Shanghai
        earn(advertiser, owner, {10 * day + 1: 1_000, 10 * day + 2: 500}, at=at)
        holds.freeze(advertiser_id=advertiser.pk, charges=[holds.Charge(10 * day + 3, 1)], now=at) if day else None
        ledger.post([ledger.NewTransfer(Reason.GOODWILL, day, expense, available, 7)], at=at)
    holds.release(order_ids=[13, 23], now=now)
    return advertiser, owner


def available_of(advertiser):
    return ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=[advertiser.pk])[advertiser.pk]


REASONS = ("", "recharge", "freeze", "release", "earn", "fee", "goodwill", "reversal")
DAYS = (None, date(2026, 1, 4), date(2026, 1, 6), date(2026, 1, 9), date(2026, 1, 20))


@pytest.mark.parametrize("party", ["advertiser", "owner"])
def test_a_narrowed_statement_has_just_the_lines_that_a_reader_would_pick_forwards_and_back(lived, party):
    advertiser, owner = lived
    lines = (
        queries.statement(advertiser_id=advertiser.pk) if party == "advertiser" else queries.earned(owner_id=owner.pk)
    )
    everything = whole(lines)
    for reason, first, last in product(REASONS, DAYS, DAYS):
        if first and last and last < first:
            continue
        picked = [
            line
            for line in everything
            if (not reason or line.transfer.reason == reason)
            and (not first or shanghai(line.transfer.at).date() >= first)
            and (not last or shanghai(line.transfer.at).date() <= last)
        ]
        narrowed = lines.only(reason=reason, first=first, last=last)
        assert every_line_once(narrowed) == picked, (reason, first, last)
        assert from_the_oldest(narrowed) == picked[::-1], (reason, first, last)


def test_a_day_of_a_statement_is_one_of_shanghai_to_its_last_millisecond():
    advertiser, day = AdvertiserFactory(), date(2026, 1, 6)
    midnight = datetime(2026, 1, 6, tzinfo=SHANGHAI)
    moments = (
        midnight - timedelta(milliseconds=1),
        midnight,
        midnight + DAY - timedelta(milliseconds=1),
        midnight + DAY,
    )
    for amount, at in enumerate(moments, start=1):
        recharge(advertiser, amount, at=at.astimezone(UTC))
    lines = queries.statement(advertiser_id=advertiser.pk)
    assert [line.amount for line in whole(lines.only(first=day, last=day))] == [3, 2]
    assert [line.amount for line in whole(lines.only(first=day))] == [4, 3, 2]
    assert [line.amount for line in whole(lines.only(last=day))] == [3, 2, 1]


def test_a_period_may_reach_as_far_as_the_calendar_and_does_not_end_before_it_begins():
    advertiser = AdvertiserFactory()
    recharge(advertiser, 5)
    lines = queries.statement(advertiser_id=advertiser.pk)
    assert len(whole(lines.only(first=date.min, last=date.max))) == 1
    with pytest.raises(Refusal) as refused:
        lines.only(first=date(2026, 2, 1), last=date(2026, 1, 31))
    assert refused.value.problems[0].field == "to"


def test_a_reason_with_few_lines_is_found_by_an_index_of_its_own(now, django_assert_num_queries):
    """Not among all the lines of the account, nor among all those of the reason."""
    busy, other = AdvertiserFactory(), AdvertiserFactory()
    recharge(busy, 500)
    holds.freeze(advertiser_id=busy.pk, charges=[holds.Charge(order, 1) for order in range(500)], now=now)
    expense, available = ledger.platform(AccountKind.EXPENSE), available_of(other)
    ledger.post([ledger.NewTransfer(Reason.GOODWILL, pk, expense, available, 7) for pk in range(500)], at=now)
    lines = queries.statement(advertiser_id=busy.pk).only(reason=Reason.GOODWILL)
    with django_assert_num_queries(2) as asked:
        assert whole(lines) == []
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE billing_transfer")
        cursor.execute("SET LOCAL enable_seqscan = off")  # as if there were many more
        cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
        plan = str(cursor.fetchall())
    assert "transfer_few_source" in plan
    assert "transfer_few_target" in plan


def test_a_statement_without_filters_is_asked_for_without_its_transfers(django_assert_num_queries):
    lines = queries.statement(advertiser_id=AdvertiserFactory().pk)
    with django_assert_num_queries(2) as asked:
        whole(lines)
    assert "billing_transfer" not in asked.captured_queries[0]["sql"]
    assert not lines.is_narrowed


def test_earnings_leave_the_way_through_the_bank_out(now):
    owner = UserFactory()
    earn(AdvertiserFactory(), owner, {1: 10_000})
    (line,) = keyset.page(queries.earned(owner_id=owner.pk)).rows
    assert line.account.kind == "payable"
