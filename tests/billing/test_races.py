"""Two at the same instant: real threads, real commits (F22, F28, F35, F38)."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from billing import holds, ledger, notifications, payouts, queries, topups
from billing.models import AccountKind, Hold, LedgerAccount, Payout, PayoutAttempt, Transfer
from billing.payouts import Line
from tests.billing.book import balance, earn, recharge, without_locks
from tests.billing.sina import Sina, bind
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import FRIDAY
from weitask import clock
from weitask.gateways import sinapay
from weitask.retrying import retrying


def at_once(*work: Callable[[], object]) -> list[object]:
    """Run all of it at the same instant, each in a thread with a connection of its own; results or errors."""
    barrier = Barrier(len(work))

    def one(job: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


@pytest.fixture
def live(committed, sandbox, now) -> Sina:
    sinapay.forget_client()
    clock.pin(at=now)
    sandbox.control("settings/", {"deliver": False, "opening_balance": 10_000_000})
    yield Sina(sandbox)
    sinapay.forget_client()


def place(submission: int, advertiser_id: int, now) -> object:
    return holds.place(submission_id=submission, advertiser_id=advertiser_id, amount=10_000, now=now)


def test_of_50_submissions_with_money_for_10_exactly_10_pass(committed, now):
    advertiser = AdvertiserFactory()
    with transaction.atomic():
        recharge(advertiser, 100_000)
    jobs = [lambda n=n: retrying(lambda: place(n, advertiser.pk, now)) for n in range(50)]
    results = [result for start in range(0, 50, 10) for result in at_once(*jobs[start : start + 10])]
    refused = [result for result in results if isinstance(result, holds.NotEnough)]
    assert (results.count(None), len(refused)) == (10, 40)
    assert queries.wallet(advertiser_id=advertiser.pk, now=now).spendable == 0


def test_without_the_lock_two_submissions_hold_the_same_money(committed, now, monkeypatch):
    """The negative control: the race above is real."""

    def read(*known, **more):
        found = spendable(*known, **more)
        gate.wait()
        return found

    advertiser, gate, spendable = AdvertiserFactory(), Barrier(2), holds._spendable
    with transaction.atomic():
        recharge(advertiser, 10_000)
        ledger.account_ids(kind=AccountKind.FROZEN, advertiser_ids=[advertiser.pk])
    monkeypatch.setattr(holds, "_LOCK", without_locks(holds._LOCK))
    monkeypatch.setattr(holds, "_spendable", read)
    at_once(*(lambda n=n: place(n, advertiser.pk, now) for n in range(2)))
    assert Hold.objects.count() == 2


@pytest.mark.parametrize("size", [1, 3])  # a single transfer and a batch have statements of their own
def test_transfers_over_the_same_accounts_in_opposite_order_do_not_deadlock(committed, now, size):
    advertisers = [AdvertiserFactory() for _ in range(size + 1)]
    for advertiser in advertisers:
        with transaction.atomic():
            recharge(advertiser, 1_000)
    ids = ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=[one.pk for one in advertisers])
    there, back = list(ids.values()), list(ids.values())[::-1]

    def swap(way: list[int], start: int) -> None:
        for n in range(start, start + 40 * size, size):
            with transaction.atomic():
                steps = enumerate(itertools.pairwise(way), start=n)
                ledger.post([ledger.NewTransfer("reversal", number, *step, 1) for number, step in steps], at=now)

    assert at_once(lambda: swap(there, 1_000), lambda: swap(back, 2_000)) == [None, None]
    assert list(LedgerAccount.objects.filter(pk__in=there).values_list("balance", flat=True)) == [1_000] * (size + 1)


def test_one_notification_delivered_four_times_at_once_credits_once(live, now):
    topup = topups.start(advertiser=AdvertiserFactory(), amount=200_000, payer_ip="203.0.113.9", now=now)
    (body,) = live.pay(topup.number)
    answers = at_once(*[lambda: notifications.receive(body=body, now=now)] * 4)
    assert answers == ["success"] * 4
    assert balance(AccountKind.AVAILABLE, advertiser=topup.advertiser) == 200_000


def test_a_crash_after_the_commit_costs_nothing_when_it_comes_again(live, now):
    topup = topups.start(advertiser=AdvertiserFactory(), amount=200_000, payer_ip="203.0.113.9", now=now)
    (body,) = live.pay(topup.number)
    notifications.receive(body=body, now=now)  # committed; the answer was never written
    assert notifications.receive(body=body, now=now) == "success"
    assert Transfer.objects.count() == 1


def ready(now, owners: int) -> None:
    """A Friday batch with a payout for each of some owners with good cards."""
    run = payouts.open_run(cutoff=FRIDAY, now=now)
    for n in range(owners):
        bind(owner := UserFactory(), now=now)
        with transaction.atomic():
            earn(AdvertiserFactory(), owner, {n: 1_000})
        payouts.add(run=run, lines=[Line(n, owner.pk, 1_000)], now=now)


def test_two_senders_at_once_send_each_number_once(live, now):
    ready(now, 6)
    made = at_once(lambda: payouts.send_due(now), lambda: payouts.send_due(now))
    assert sum(made) == 6
    assert len(live.payouts()) == 6
    assert set(PayoutAttempt.objects.values_list("state", flat=True)) == {"sent"}


def test_the_notification_and_the_query_at_once_pay_once(live, now):
    ready(now, 1)
    payouts.send_due(now)
    number = PayoutAttempt.objects.get().number
    jobs = [lambda: payouts.answer(number=number, state="SUCCESS", now=now)] * 4
    assert sorted(at_once(*jobs)) == ["nothing", "nothing", "nothing", "paid"]
    assert Transfer.objects.filter(reason="paid").count() == 1


def test_two_retries_at_once_make_one_attempt(live, now):
    ready(now, 1)
    payouts.answer(number=PayoutAttempt.objects.get().number, state="FAILED", now=now)
    Payout.objects.update(retry_at=now)
    assert sorted(at_once(*[lambda: payouts.retry_due(now)] * 3)) == [0, 0, 1]
    assert PayoutAttempt.objects.count() == 2


def test_two_settlements_of_one_friday_share_the_run(committed, now):
    runs = at_once(*[lambda: payouts.open_run(cutoff=FRIDAY, now=now).pk] * 4)
    assert len(set(runs)) == 1


def test_posting_outside_a_transaction_is_an_error(committed, now):
    with pytest.raises(RuntimeError):
        ledger.post([], at=now)


def test_a_contradiction_is_resolved_once(live, now):
    ready(now, 1)
    number = PayoutAttempt.objects.get().number
    payouts.send_due(now)
    live.settle(number, "success", notify="never")
    for word in ("FAILED", "SUCCESS"):
        payouts.answer(number=number, state=word, now=now)
    payout, desk = Payout.objects.get(), UserFactory(staff=True)
    results = at_once(*[lambda: payouts.resolve(payout=payout, by=desk, now=now)] * 3)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Conflict", "NoneType"]
    assert Transfer.objects.filter(reason="paid").count() == 1


def test_an_account_asked_for_twice_at_once_is_made_once(committed):
    owner = UserFactory()
    jobs = [lambda: ledger.account_ids(kind=AccountKind.PAYABLE, owner_ids=[owner.pk])[owner.pk]] * 4
    assert len(set(at_once(*jobs))) == 1
    assert len(set(at_once(*[lambda: ledger.platform(AccountKind.FEE)] * 4))) == 1
