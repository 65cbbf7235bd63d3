"""The Friday batch (R126, R132, L20)."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Notice
from billing import ledger, payouts
from billing.models import AccountKind, Payout, PayoutAttempt, PayoutLine, PayoutRun
from billing.payouts import Line
from tests.billing.book import balance, earn
from tests.billing.sina import bind
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import FRIDAY, MINUTE, SECOND

pytestmark = pytest.mark.django_db


def run_of(owner, amounts: dict[int, int], now=FRIDAY + 10 * MINUTE) -> PayoutRun:
    earn(AdvertiserFactory(), owner, amounts)
    run = payouts.open_run(cutoff=FRIDAY, now=now)
    payouts.add(run=run, lines=[Line(order, owner.pk, fen) for order, fen in amounts.items()], now=now)
    return run


def test_there_is_one_run_per_friday(now):
    assert payouts.open_run(cutoff=FRIDAY, now=now).pk == payouts.open_run(cutoff=FRIDAY, now=now).pk


@pytest.mark.parametrize("off", [SECOND, -SECOND, 24 * 60 * MINUTE])
def test_only_friday_midnight_in_shanghai_is_a_cutoff(now, off):
    with pytest.raises(ValueError, match="no Friday"):
        payouts.open_run(cutoff=FRIDAY + off, now=now)


def test_an_owner_with_a_card_gets_one_payout_with_a_line_per_order(sina, now):
    owner = UserFactory()
    card = bind(owner, now=now)
    run_of(owner, {1: 10_000, 2: 5_000})
    payout = Payout.objects.get()
    attempt = payout.attempts.get()
    assert (payout.state, payout.amount, payout.lines.count()) == ("pending", 15_000, 2)
    assert (attempt.state, attempt.card, attempt.amount) == ("new", card, 15_000)
    assert balance(AccountKind.TRANSIT, owner=owner) == 15_000
    assert balance(AccountKind.PAYABLE, owner=owner) == 0


def test_an_owner_without_a_card_has_a_failed_payout_the_money_owed_and_a_notice():
    owner = UserFactory()
    run_of(owner, {1: 10_000})
    payout = Payout.objects.get()
    assert (payout.state, payout.problem, payout.retry_at) == ("failed", "未绑定银行卡", None)
    assert balance(AccountKind.PAYABLE, owner=owner) == 10_000
    assert not PayoutAttempt.objects.exists()
    assert Notice.objects.get(kind="payout_failed").user == owner


def test_an_order_is_in_one_payout_for_ever():
    owner = UserFactory()
    run = run_of(owner, {1: 10_000})
    with pytest.raises(IntegrityError), transaction.atomic():
        payouts.add(run=run, lines=[Line(1, UserFactory().pk, 10_000)], now=FRIDAY)
    assert PayoutLine.objects.count() == 1


def test_an_owner_has_one_payout_per_run():
    owner = UserFactory()
    run = run_of(owner, {1: 10_000})
    with pytest.raises(IntegrityError), transaction.atomic():
        payouts.add(run=run, lines=[Line(2, owner.pk, 10_000)], now=FRIDAY)


def test_more_than_is_owed_cannot_be_paid(sina, now):
    owner = UserFactory()
    bind(owner, now=now)
    earn(AdvertiserFactory(), owner, {1: 10_000})
    run = payouts.open_run(cutoff=FRIDAY, now=now)
    with pytest.raises(ledger.Insufficient), transaction.atomic():
        payouts.add(run=run, lines=[Line(1, owner.pk, 10_001)], now=FRIDAY)
    assert not Payout.objects.exists()


def test_a_closed_run_knows_its_totals_and_closing_it_again_changes_nothing():
    run = run_of(UserFactory(), {1: 10_000, 2: 5_000})
    payouts.close_run(run=run, now=FRIDAY + MINUTE)
    payouts.close_run(run=run, now=FRIDAY + 9 * MINUTE)
    assert (run.orders, run.amount, run.finished_at) == (2, 15_000, FRIDAY + MINUTE)


def test_a_chunk_needs_few_statements_however_many_orders(django_assert_max_num_queries):
    advertiser, owners = AdvertiserFactory(), [UserFactory() for _ in range(10)]
    lines = []
    for place, owner in enumerate(owners):
        amounts = {place * 100 + order: 100 for order in range(1, 31)}
        earn(advertiser, owner, amounts)
        lines += [Line(order, owner.pk, fen) for order, fen in amounts.items()]
    run = payouts.open_run(cutoff=FRIDAY, now=FRIDAY)
    with django_assert_max_num_queries(12):
        payouts.add(run=run, lines=lines, now=FRIDAY)
    assert Payout.objects.count() == 10
