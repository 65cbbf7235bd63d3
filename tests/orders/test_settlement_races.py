"""Two batches at once, and earning while a batch closes (F34, F35, L19)."""

import threading

import pytest

from billing import audit, payouts
from billing.models import Payout, PayoutLine, PayoutRun
from orders import lateness, settlement
from orders.models import LateSettlement
from tests.moments import DAY, FRIDAY, HOUR, MINUTE
from tests.orders import world
from tests.orders.test_settlement import NOON, earned
from tests.orders.threads import together

pytestmark = pytest.mark.usefixtures("committed")


def settle():
    return settlement.settle(cutoff=FRIDAY, now=NOON)


def test_two_batches_at_once_take_each_order_in_once(monkeypatch):
    monkeypatch.setattr(settlement, "CHUNK", 1)
    orders = [earned(FRIDAY - n * HOUR) for n in range(6)]
    counts = together(settle, settle, settle)
    settle()
    assert set(PayoutLine.objects.values_list("order_id", flat=True)) == {order.pk for order in orders}
    assert (PayoutRun.objects.count(), Payout.objects.count()) == (1, 6)
    assert all(isinstance(count, int) for count in counts)
    assert not LateSettlement.objects.exists()
    assert audit.run(as_of=NOON) == []


def test_a_second_batch_stands_back_while_the_first_is_at_a_chunk(monkeypatch):
    earned()
    at_it, go_on = threading.Event(), threading.Event()
    real = payouts.add

    def slow(**arguments):
        real(**arguments)
        at_it.set()
        go_on.wait(timeout=20)

    monkeypatch.setattr(payouts, "add", slow)

    def second():
        at_it.wait(timeout=20)
        try:
            return settle()
        finally:
            go_on.set()

    assert together(settle, second) == [1, 0]
    assert PayoutRun.objects.get().finished_at == NOON


def test_a_batch_that_was_closed_meanwhile_takes_nothing_more_in():
    earned()
    run = payouts.open_run(cutoff=FRIDAY, now=NOON)
    (chunk,) = settlement._chunks(run)
    settle()
    assert settlement._take(run, chunk, now=NOON) is None
    settlement._close(run, now=NOON + MINUTE)
    assert PayoutRun.objects.get().finished_at == NOON


def closes_while_earning():
    """An order is earned in a transaction that is still open when its batch closes."""
    first = earned(FRIDAY - HOUR)
    proven = world.publish(world.accepted(), posted_at=FRIDAY - DAY)
    noted, closing = threading.Event(), threading.Event()
    real = lateness.note_earned

    def slow(**arguments):
        real(**arguments)
        noted.set()
        closing.wait(timeout=20)  # the batch is at its close, or through with it

    lateness.note_earned = slow
    real_close = payouts.close_run

    def close_run(**arguments):
        real_close(**arguments)
        closing.set()

    payouts.close_run = close_run
    real_alone = lateness.close_alone

    def close_alone():
        threading.Timer(0.5, closing.set).start()
        real_alone()

    lateness.close_alone = close_alone
    try:

        def batch():
            noted.wait(timeout=20)
            return settle()

        answers = together(lambda: world.achieve(proven, at=NOON), batch)
    finally:
        lateness.note_earned, payouts.close_run, lateness.close_alone = real, real_close, real_alone
    assert answers[1] == 1
    assert PayoutLine.objects.get().order_id == first.pk
    return proven


def test_an_order_earned_while_its_batch_closes_is_left_out_with_a_reason():
    proven = closes_while_earning()
    assert LateSettlement.objects.get().order_id == proven.pk
    assert audit.run(as_of=NOON) == []


def test_control_without_the_shared_lock_it_is_left_out_without_one(monkeypatch):
    monkeypatch.setattr(lateness, "share", lambda: None)
    closes_while_earning()
    assert not LateSettlement.objects.exists()
    assert {violation.rule for violation in audit.run(as_of=NOON)} == {"L19"}


@pytest.mark.django_db
def test_a_chunk_that_somebody_took_in_meanwhile_adds_nothing():
    run = payouts.open_run(cutoff=FRIDAY, now=NOON)
    assert settlement._take(run, settlement.Chunk(first=1, last=0), now=NOON) == 0
