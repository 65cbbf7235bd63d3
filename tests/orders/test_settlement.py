"""The Friday batch (R126, R132, A8, A34, L19, F16, F19, F34)."""

import itertools
from datetime import timedelta

import pytest
from django.db import connection

from billing import audit, payouts
from billing.models import AccountKind, Payout, PayoutLine, PayoutRun
from orders import settlement
from orders.models import LateSettlement, Order
from tests.billing.book import balance
from tests.factories import MediaAccountFactory
from tests.moments import DAY, FRIDAY, HOUR, MINUTE, MONDAY, SECOND
from tests.orders import world
from weitask.models import Alarm
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db
WEEK = 7 * DAY
_quarters = itertools.count(1)
MILLI = timedelta(milliseconds=1)
NOON = FRIDAY + 12 * HOUR
TEN_PAST = FRIDAY + 10 * MINUTE


def earned(at=FRIDAY, *, account=None, price=10_000):
    """An order earned at this instant."""
    start = world.START + next(_quarters) * 15 * MINUTE
    order = world.accepted(accounts=[account] if account else (), starts=[start], price=price)
    return world.achieve(world.publish(order, posted_at=at - DAY), at=at)


def lines():
    return set(PayoutLine.objects.values_list("order_id", flat=True))


def clean_book(now):
    return audit.run(as_of=now) == []


def test_an_order_earned_at_friday_midnight_is_in_and_a_millisecond_later_is_not():
    on_time, late = earned(FRIDAY), earned(FRIDAY + MILLI)
    assert settlement.settle(cutoff=FRIDAY, now=TEN_PAST) == 1
    assert lines() == {on_time.pk}
    assert settlement.settle(cutoff=FRIDAY + WEEK, now=FRIDAY + WEEK + HOUR) == 1
    assert lines() == {on_time.pk, late.pk}
    assert not LateSettlement.objects.exists()
    assert clean_book(FRIDAY + WEEK + HOUR)


def test_a_second_run_is_empty():
    earned()
    assert settlement.settle(cutoff=FRIDAY, now=NOON) == 1
    assert settlement.settle(cutoff=FRIDAY, now=NOON) == 0
    assert settlement.settle_due(NOON) == 0
    assert (PayoutRun.objects.count(), PayoutLine.objects.count()) == (1, 1)


def test_one_payout_per_owner_with_the_sum_of_the_orders():
    account = MediaAccountFactory()
    world.with_card(account.owner)
    orders = [earned(FRIDAY - n * HOUR, account=account, price=1_000 + n) for n in range(3)]
    settlement.settle(cutoff=FRIDAY, now=NOON)
    payout = Payout.objects.get()
    assert (payout.owner, payout.amount, payout.state) == (account.owner, 3_003, "pending")
    assert {line.order_id: line.amount for line in payout.lines.all()} == {order.pk: order.price for order in orders}
    assert balance(AccountKind.TRANSIT, owner=account.owner) == 3_003
    run = PayoutRun.objects.get()
    assert (run.orders, run.amount, run.finished_at) == (3, 3_003, NOON)
    assert clean_book(NOON)


def test_an_owner_without_a_card_keeps_the_claim():
    order = earned()
    settlement.settle(cutoff=FRIDAY, now=NOON)
    assert Payout.objects.get().state == "failed"
    assert world.payable(order) == 10_000
    assert clean_book(NOON)


def test_a_completed_order_and_one_deleted_after_24_hours_are_paid_too():  # R127
    completed = world.complete(earned(FRIDAY - 30 * DAY))
    deleted = earned(FRIDAY - 2 * DAY)
    Order.objects.filter(pk=deleted.pk).update(deleted_early=True)
    settlement.settle(cutoff=FRIDAY, now=NOON)
    assert lines() == {completed.pk, deleted.pk}


def test_nothing_is_settled_before_ten_past_midnight():
    earned()
    assert settlement.settle_due(TEN_PAST - SECOND) == 0
    assert settlement.next_due(TEN_PAST - SECOND) == TEN_PAST
    assert settlement.settle_due(TEN_PAST) == 1


def test_an_open_24_hour_check_holds_the_batch_until_noon():
    earned()
    world.publish(world.accepted(), posted_at=FRIDAY - DAY)
    assert settlement.settle_due(TEN_PAST) == 0
    assert settlement.next_due(TEN_PAST) == NOON
    assert settlement.settle_due(NOON - SECOND) == 0
    assert settlement.settle_due(NOON) == 1


def test_a_24_hour_check_due_after_the_cutoff_does_not_hold_it():
    earned()
    world.publish(world.accepted(), posted_at=FRIDAY - DAY + SECOND)
    assert settlement.settle_due(TEN_PAST) == 1


def test_an_order_that_waits_for_a_person_does_not_hold_it():
    earned()
    stuck = world.publish(world.accepted(), posted_at=FRIDAY - 3 * DAY)
    Order.objects.filter(pk=stuck.pk).update(undecided="straddle", next_check_at=None)
    assert settlement.settle_due(TEN_PAST) == 1


def test_a_timer_on_a_tuesday_makes_the_fridays_batch_and_only_that():
    on_time, late = earned(FRIDAY), earned(FRIDAY + DAY)
    assert settlement.settle_due(FRIDAY + 4 * DAY) == 1
    assert lines() == {on_time.pk}
    assert PayoutRun.objects.get().cutoff == FRIDAY
    assert settlement.next_due(FRIDAY + 4 * DAY) == TEN_PAST + WEEK
    assert late.pk not in lines()


def test_a_friday_without_earned_orders_makes_an_empty_batch_once_anything_was_ever_earned():
    assert settlement.settle_due(NOON) == 0
    assert settlement.next_due(NOON) is None
    assert not PayoutRun.objects.exists()
    earned(FRIDAY)
    settlement.settle_due(NOON)
    assert settlement.settle_due(NOON + WEEK) == 0
    assert PayoutRun.objects.get(cutoff=FRIDAY + WEEK).orders == 0


def test_an_order_proven_after_its_batch_joins_the_next_with_a_reason():
    earned(FRIDAY - HOUR)
    waiting = world.publish(world.accepted(), posted_at=FRIDAY - DAY)
    settlement.settle(cutoff=FRIDAY, now=NOON)
    world.achieve(waiting, at=NOON + HOUR)
    late = LateSettlement.objects.get()
    assert (late.order, late.reason, late.cutoff) == (waiting, "proven_late", FRIDAY)
    assert clean_book(NOON + HOUR)
    settlement.settle(cutoff=FRIDAY + WEEK, now=NOON + WEEK)
    assert waiting.pk in lines()
    assert clean_book(NOON + WEEK)


def test_an_order_whose_friday_had_no_batch_joins_the_next_with_a_reason():
    skipped = earned(FRIDAY - WEEK)
    older = earned(FRIDAY - WEEK - MILLI)
    oldest = earned(FRIDAY - 2 * WEEK)
    settlement.settle(cutoff=FRIDAY, now=NOON)
    missed = {late.order_id: (late.reason, late.cutoff) for late in LateSettlement.objects.all()}
    assert missed == {
        skipped.pk: ("no_batch", FRIDAY - WEEK),
        older.pk: ("no_batch", FRIDAY - WEEK),
        oldest.pk: ("no_batch", FRIDAY - 2 * WEEK),
    }
    assert clean_book(NOON)


def test_an_order_proven_while_the_batch_is_made_is_left_out_with_a_reason(monkeypatch):
    account = MediaAccountFactory()
    first = earned(account=account)
    second = world.publish(world.accepted(accounts=[account], starts=[world.START - HOUR]), posted_at=FRIDAY - DAY)
    real = payouts.add

    def proven_meanwhile(**arguments):
        real(**arguments)
        world.achieve(second, at=NOON)

    monkeypatch.setattr(payouts, "add", proven_meanwhile)
    assert settlement.settle(cutoff=FRIDAY, now=NOON) == 1
    assert lines() == {first.pk}
    assert LateSettlement.objects.get().order == second
    assert clean_book(NOON)


@pytest.mark.parametrize("killed_after", [0, 1, 2, 3])
def test_a_batch_killed_anywhere_ends_the_same(monkeypatch, killed_after):
    monkeypatch.setattr(settlement, "CHUNK", 2)
    orders = [earned(FRIDAY - n * HOUR) for n in range(3)]
    busy = MediaAccountFactory()
    orders += [earned(FRIDAY - n * HOUR, account=busy) for n in range(3)]
    real, calls = payouts.add, []

    def killed(**arguments):
        if len(calls) == killed_after:
            raise KeyboardInterrupt
        calls.append(1)
        real(**arguments)

    monkeypatch.setattr(payouts, "add", killed)
    if killed_after < 3:
        with pytest.raises(KeyboardInterrupt):
            settlement.settle(cutoff=FRIDAY, now=NOON)
    monkeypatch.setattr(payouts, "add", real)
    settlement.settle(cutoff=FRIDAY, now=NOON + MINUTE)
    assert lines() == {order.pk for order in orders}
    assert sorted(Payout.objects.values_list("amount", flat=True)) == [10_000] * 3 + [30_000]
    assert PayoutRun.objects.get().finished_at == NOON + MINUTE
    assert clean_book(NOON + MINUTE)


def test_a_batch_left_unfinished_for_a_week_is_finished_before_the_next_is_made(monkeypatch):
    monkeypatch.setattr(settlement, "CHUNK", 1)
    orders = [earned(FRIDAY - n * HOUR) for n in range(2)]
    with monkeypatch.context() as killed:
        killed.setattr(settlement, "_take", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            settlement.settle_due(NOON)
    assert settlement.next_due(NOON + WEEK) == NOON + WEEK
    assert settlement.settle_due(NOON + WEEK) == 2
    first = PayoutRun.objects.get()
    assert (first.cutoff, first.orders, first.finished_at) == (FRIDAY, 2, NOON + WEEK)
    assert lines() == {order.pk for order in orders}
    assert settlement.settle_due(NOON + WEEK) == 0
    assert [run.finished_at is not None for run in PayoutRun.objects.all()] == [True, True]
    assert clean_book(NOON + WEEK)


def test_an_alarm_that_nobody_could_raise_in_time_does_not_hold_everybodys_pay():
    slow = earned(FRIDAY - WEEK)
    world.with_card(slow.owner)
    settlement.settle(cutoff=FRIDAY - WEEK, now=NOON - WEEK)
    order = earned()
    assert "L24" in {violation.rule for violation in audit.run(as_of=NOON)}  # all sweeps were down for days
    assert settlement.settle_due(NOON) == 1
    assert order.pk in lines()
    assert Alarm.objects.get().kind == "payout_unknown"


def test_chunks_hold_whole_owners_and_a_busy_one_stands_alone(monkeypatch):
    monkeypatch.setattr(settlement, "CHUNK", 2 + 2 * settlement.PAYOUT_WEIGHS)
    accounts = [MediaAccountFactory() for _ in range(4)]
    for account, count in zip(accounts, [1, 1, 7, 1], strict=True):
        for n in range(count):
            earned(FRIDAY - n * HOUR, account=account)
    run = payouts.open_run(cutoff=FRIDAY, now=NOON)
    owners = [account.owner_id for account in accounts]
    spans = [(chunk.first, chunk.last) for chunk in settlement._chunks(run)]
    assert spans == [(owners[0], owners[1]), (owners[2], owners[2]), (owners[3], owners[3])]


def test_nothing_of_a_chunk_is_left_behind_in_the_session():
    earned()
    settlement.settle(cutoff=FRIDAY, now=NOON)
    assert "settlement_chunk" not in connection.introspection.table_names()


def test_a_violated_book_stops_the_batch_and_calls_a_person(monkeypatch):
    order = earned()
    monkeypatch.setattr(audit, "run", lambda **_: [audit.Violation("L02", {"drift_fen": 1})])
    assert settlement.settle_due(NOON) == 0
    assert not PayoutRun.objects.exists()
    alarm = Alarm.objects.get(kind="settlement")
    assert "L02" in alarm.text
    monkeypatch.undo()
    assert settlement.settle_due(NOON + MINUTE) == 0  # until the person has resolved the alarm
    Alarm.objects.update(resolved_at=NOON, resolved_by=world.judge())
    assert settlement.settle_due(NOON + HOUR) == 1
    assert lines() == {order.pk}


def test_a_friday_that_has_not_come_is_not_settled():
    with pytest.raises(Refusal):
        settlement.settle(cutoff=FRIDAY, now=FRIDAY - SECOND)


def test_a_cutoff_is_a_friday_midnight_in_shanghai():
    earned(MONDAY + DAY)
    with pytest.raises(ValueError, match="no Friday"):
        settlement.settle(cutoff=FRIDAY + HOUR, now=NOON)
