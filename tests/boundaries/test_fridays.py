"""Friday cut, the UTC trap, and settling twice (R126, R132, A8, L20, F16, F34)."""

import itertools
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from billing import payouts
from billing.models import PayoutLine, PayoutRun
from orders import settlement
from tests.moments import DAY, FRIDAY, HOUR, MINUTE
from tests.orders import world
from tests.orders.threads import together
from weitask.periods import cutoff_for, is_cutoff

WEEK = 7 * DAY
MILLI = timedelta(milliseconds=1)
NOON = FRIDAY + 12 * HOUR
THURSDAY_16_UTC = datetime(2026, 1, 8, 16, tzinfo=UTC)
_quarters = itertools.count(1)


def earned(at):
    """An order whose 24 hours were full at this instant, proven five minutes later."""
    order = world.accepted(starts=[world.START + next(_quarters) * 15 * MINUTE])
    return world.achieve(world.publish(order, posted_at=at - DAY), at=at + 5 * MINUTE)


def settled(*, cutoff=FRIDAY) -> set[int]:
    """Orders of the batch of this cut-off, made at noon."""
    settlement.settle_due(cutoff + 12 * HOUR)
    return set(PayoutLine.objects.filter(payout__run__cutoff=cutoff).values_list("order_id", flat=True))


@pytest.mark.django_db
def test_an_order_earned_a_millisecond_past_midnight_waits_for_the_next_friday():
    on_time, late = earned(FRIDAY - DAY), earned(FRIDAY + MILLI)
    assert settled() == {on_time.pk}
    assert settled(cutoff=FRIDAY + WEEK) == {late.pk}


@pytest.mark.django_db
def test_an_order_earned_at_midnight_is_in():
    order = earned(FRIDAY)
    assert order.achieved_at == FRIDAY
    assert settled() == {order.pk}


@pytest.mark.django_db
def test_thursday_16_00_utc_and_a_millisecond_is_next_week():
    order = earned(THURSDAY_16_UTC + MILLI)
    assert cutoff_for(order.achieved_at) == FRIDAY + WEEK
    assert settled() == set()
    assert settled(cutoff=FRIDAY + WEEK) == {order.pk}


@pytest.mark.django_db
def test_thursday_16_00_utc_is_this_week():
    order = earned(THURSDAY_16_UTC)
    assert cutoff_for(order.achieved_at) == FRIDAY
    assert settled() == {order.pk}


@pytest.mark.django_db
def test_midnight_of_a_friday_in_london_is_no_cutoff():
    london = datetime(2026, 1, 9, tzinfo=UTC)
    assert not is_cutoff(london)
    with pytest.raises(ValueError, match="no Friday"):
        payouts.open_run(cutoff=london, now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutRun.objects.create(cutoff=london, made_at=NOON)


@pytest.mark.django_db
def test_thursday_16_00_utc_is_a_cutoff_for_the_database_too():
    assert is_cutoff(THURSDAY_16_UTC)
    assert PayoutRun.objects.create(cutoff=THURSDAY_16_UTC, made_at=NOON).pk


@pytest.mark.django_db
def test_a_second_settlement_is_empty():
    order = earned(FRIDAY)
    assert settlement.settle(cutoff=FRIDAY, now=NOON) == 1
    assert settlement.settle(cutoff=FRIDAY, now=NOON) == 0
    assert settlement.settle_due(NOON + HOUR) == 0
    assert (PayoutRun.objects.count(), PayoutLine.objects.count(), world.payable(order)) == (1, 1, 10_000)


@pytest.mark.django_db
def test_the_database_takes_an_order_into_one_batch_only():
    earned(FRIDAY)
    settled()
    line = PayoutLine.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutLine.objects.create(payout=line.payout, order_id=line.order_id, amount=line.amount)


def settle():
    return settlement.settle(cutoff=FRIDAY, now=NOON)


def test_two_settlements_at_once_take_each_order_once(committed, monkeypatch):
    monkeypatch.setattr(settlement, "CHUNK", 1)
    orders = {earned(FRIDAY - n * HOUR).pk for n in range(5)}
    counts = together(settle, settle, settle)
    settle()  # whoever stood back may have left a rest
    assert all(isinstance(count, int) for count in counts)
    assert sorted(PayoutLine.objects.values_list("order_id", flat=True)) == sorted(orders)


def test_control_without_the_lock_of_the_run_two_settlements_meet_over_one_order(committed, monkeypatch):
    """The race is real: both have read the same orders, and only the database stops the second."""
    both_have_read, lines = threading.Barrier(2), settlement._lines

    def read(run, chunk):
        found = lines(run, chunk)
        both_have_read.wait(timeout=20)
        return found

    class Unlocked:
        objects = type(
            "rows", (), {"select_for_update": lambda **_: PayoutRun.objects, "filter": PayoutRun.objects.filter}
        )

    earned(FRIDAY)
    monkeypatch.setattr(settlement, "_lines", read)
    monkeypatch.setattr(settlement, "PayoutRun", Unlocked)
    monkeypatch.setattr(settlement, "retrying", lambda work: work())
    answers = together(settle, settle)
    assert sorted(type(answer).__name__ for answer in answers) == ["IntegrityError", "int"]
    assert PayoutLine.objects.count() == 1
