"""Two at once, on real PostgreSQL (F41-F45). Each race has a control that goes wrong with the guard off."""

import threading
from datetime import timedelta

import pytest

from accounts.models import Slot
from billing.models import Transfer
from orders import answering, lifecycle
from orders.models import Order, OrderEvent, PublishAttempt
from orders.moves import Cause, State
from tests.factories import MediaAccountFactory
from tests.moments import MINUTE, MONDAY
from tests.orders import world
from tests.orders.test_answering import refuse
from tests.orders.test_halting import halt
from tests.orders.threads import together, without_triggers
from weitask.refusal import Conflict, Refusal
from weitask.retrying import retrying

pytestmark = pytest.mark.usefixtures("committed")
ROUNDS = 12


def accept(order, at=MONDAY):
    return lambda: retrying(lambda: world.accept(Order.objects.get(pk=order.pk), at=at))


def states(*orders):
    return sorted(Order.objects.filter(pk__in=[order.pk for order in orders]).values_list("state", flat=True))


def released(order):
    return Transfer.objects.filter(reason="release", reference=order.pk).count()


def final_events(order):
    return OrderEvent.objects.filter(order=order).exclude(new__in=["dispatched", "accepted"]).count()


@pytest.fixture
def no_compare_and_set(monkeypatch):
    """The old state is not compared, rows are not locked first, and money does not object."""
    monkeypatch.setattr(lifecycle, "_MOVE", lifecycle._MOVE.replace("o.state = ANY(%(old)s)", "%(old)s IS NOT NULL"))
    monkeypatch.setattr(lifecycle, "lock", lambda **_: None)
    monkeypatch.setattr(lifecycle, "_move_money", lambda **_: None)


# --- accept against accept ---


def test_of_many_accepts_in_one_slot_one_wins_and_the_rest_get_their_money_back():
    account = MediaAccountFactory()
    orders = [world.one(accounts=[account], starts=[world.START + n * MINUTE]) for n in range(12)]
    answers = together(*[accept(order) for order in orders])
    assert states(*orders) == ["accepted"] + ["refused"] * 11
    assert [type(answer) for answer in answers].count(Conflict) == 11
    assert Slot.objects.count() == 1
    assert sum(world.available(order) for order in orders) == 11 * 11_000


def test_neighbours_15_minutes_apart_are_both_accepted_and_14_minutes_apart_never():
    for gap, expected in [(15, ["accepted", "accepted"]), (14, ["accepted", "refused"])]:
        account = MediaAccountFactory()
        first = world.one(accounts=[account])
        second = world.one(accounts=[account], starts=[world.START + gap * MINUTE])
        for _ in range(3):
            together(accept(first), accept(second))
        assert states(first, second) == expected


def test_a_freed_slot_goes_to_one_of_two_waiters():
    account = MediaAccountFactory()
    holder = world.accepted(accounts=[account])
    waiters = [world.one(accounts=[account]), world.one(accounts=[account])]
    operator = world.judge()

    def free():
        answering.step_back(order=holder, operator=operator, reason="让出时段", now=MONDAY)

    together(free, *[accept(order) for order in waiters])
    for order in waiters:
        together(accept(order))
    assert states(*waiters) == ["accepted", "refused"]
    assert Slot.objects.count() == 1


def test_control_without_slots_two_accepts_both_win(monkeypatch):
    both_checked = threading.Barrier(2)
    monkeypatch.setattr(answering, "MediaAccount", _Unlocked)
    monkeypatch.setattr(answering, "clashing", lambda **_: Order.objects.none())
    monkeypatch.setattr(answering.slots, "take", lambda _wanted: both_checked.wait(timeout=20))
    account = MediaAccountFactory()
    orders = [world.one(accounts=[account]), world.one(accounts=[account])]
    together(*[accept(order) for order in orders])
    assert states(*orders) == ["accepted", "accepted"]


def test_control_with_slots_but_no_account_lock_one_of_two_accepts_still_wins(monkeypatch):
    monkeypatch.setattr(answering, "MediaAccount", _Unlocked)
    monkeypatch.setattr(answering, "clashing", lambda **_: Order.objects.none())
    account = MediaAccountFactory()
    orders = [world.one(accounts=[account]), world.one(accounts=[account])]
    together(*[accept(order) for order in orders])
    assert states(*orders) == ["accepted", "dispatched"]


class _Unlocked:
    """`MediaAccount` read without its lock."""

    class objects:
        @staticmethod
        def select_for_update(**_):
            from accounts.models import MediaAccount

            return MediaAccount.objects


# --- accept against the expiry sweep ---


def test_an_accept_around_the_start_and_the_sweep_leave_one_final_state():
    for round_ in range(ROUNDS):
        order = world.one()
        before = order.start_at - timedelta(milliseconds=5 * (round_ % 2))
        answers = together(accept(order, at=before), lambda order=order: answering.expire_due(order.start_at))
        order.refresh_from_db()
        won = order.state == State.ACCEPTED
        assert order.state in (State.ACCEPTED, State.LAPSED)
        assert isinstance(answers[0], Conflict) is not won
        assert (world.frozen(order), released(order)) == ((11_000, 0) if won else (0, 1))
        assert not (won and before == order.start_at)


def test_control_without_compare_and_set_a_lapsed_order_is_accepted(no_compare_and_set, monkeypatch):
    checked, lapsed = threading.Event(), threading.Event()

    def slow(*_args, **_options):
        checked.set()
        lapsed.wait(timeout=20)

    monkeypatch.setattr(answering, "_check_able", slow)
    order = world.one()

    def sweep():
        checked.wait(timeout=20)
        answering.expire_due(order.start_at)
        lapsed.set()

    together(without_triggers(accept(order)), without_triggers(sweep))
    assert states(order) == ["accepted"]
    assert final_events(order) == 1  # both arrows were taken


# --- stop against refuse, and against accept ---


def test_a_stop_and_a_refusal_leave_one_final_state_and_one_release():
    for _ in range(ROUNDS):
        order = world.one()
        task = order.task
        answers = together(
            lambda order=order: retrying(lambda: refuse(Order.objects.get(pk=order.pk))),
            lambda task=task: retrying(lambda: stop(task)),
        )
        order.refresh_from_db()
        refused = order.state == State.REFUSED
        assert order.state in (State.REFUSED, State.CANCELLED)
        assert isinstance(answers[0], Refusal) is not refused
        assert (released(order), world.available(order), final_events(order)) == (1, 11_000, 1)


def test_a_stop_and_an_accept_always_end_cancelled():
    for _ in range(ROUNDS):
        order = world.one()
        together(accept(order), lambda order=order: retrying(lambda: stop(order.task)))
        assert states(order) == ["cancelled"]
        assert (released(order), Slot.objects.filter(order_id=order.pk).count()) == (1, 0)


def test_control_without_compare_and_set_a_stop_and_a_refusal_both_end_the_order(no_compare_and_set, monkeypatch):
    checked, stopped = threading.Event(), threading.Event()
    real = answering._check_answerable

    def slow(*args, **options):
        real(*args, **options)
        checked.set()
        stopped.wait(timeout=20)

    monkeypatch.setattr(answering, "_check_answerable", slow)
    order = world.one()

    def stop_now():
        checked.wait(timeout=20)
        stop(order.task)
        stopped.set()

    together(without_triggers(lambda: refuse(Order.objects.get(pk=order.pk))), without_triggers(stop_now))
    assert final_events(order) == 2


# --- stop against sending ---


def send(order):
    """Armed → sending as the publisher does it: under the order's lock."""
    from django.db import transaction

    with transaction.atomic():
        lifecycle.lock(order_ids=[order.pk])
        going = PublishAttempt.objects.filter(order=order, state="armed", order__state="accepted")
        return PublishAttempt.objects.filter(pk__in=list(going.values_list("pk", flat=True))).update(state="sending")


def test_an_order_is_never_both_cancelled_and_on_the_wire():
    for _ in range(ROUNDS):
        order = world.accepted()
        PublishAttempt.objects.create(order=order, number=1, armed_at=order.start_at)
        sent, _stopped = together(
            lambda order=order: send(order), lambda order=order: retrying(lambda: stop(order.task))
        )
        order.refresh_from_db()
        assert (order.state == State.CANCELLED) is (sent == 0)


def test_control_without_the_lock_an_order_is_cancelled_while_it_is_sent(monkeypatch):
    order = world.accepted()
    attempt = PublishAttempt.objects.create(order=order, number=1, armed_at=order.start_at)
    checked, sent = threading.Event(), threading.Event()
    monkeypatch.setitem(lifecycle._GUARDS, State.CANCELLED, "true")  # the guard was read before the lock

    def cancel():
        checked.set()
        sent.wait(timeout=20)
        lifecycle.move(order_ids=[order.pk], old=[State.ACCEPTED], new=State.CANCELLED, cause=Cause.HALT, at=MONDAY)

    def go():
        checked.wait(timeout=20)
        send(order)
        sent.set()

    together(cancel, go)
    attempt.refresh_from_db()
    assert (states(order), attempt.state) == (["cancelled"], "sending")


def stop(task):
    from django.db import transaction

    with transaction.atomic():
        halt(task, now=MONDAY)
