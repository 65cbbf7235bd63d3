"""Accept at the start, two accepts in one slot, accept against the sweep (R61, R63, R68, A18, A19, F41, F43)."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import MediaAccount
from orders import answering, lifecycle
from orders.models import Order, OrderEvent
from tests.boundaries.doors import DOORS, accept, knock
from tests.factories import MediaAccountFactory
from tests.moments import MINUTE, MONDAY, SECOND
from tests.orders import world
from tests.orders.threads import together, without_triggers
from weitask import clock
from weitask.refusal import Conflict
from weitask.retrying import retrying

MILLI = timedelta(milliseconds=1)


def state(order) -> str:
    return Order.objects.values_list("state", flat=True).get(pk=order.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_accepting_at_the_start_is_refused(door):
    order = world.one()
    assert accept(door, order, now=order.start_at) == [(None, "开始时间已到，订单已流单")]
    assert state(order) == "dispatched"  # the sweep has not come yet; the clock alone decides (A19)


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_accepting_a_second_before_the_start_passes(door):
    order = world.one()
    assert accept(door, order, now=order.start_at - SECOND) == []
    assert state(order) == "accepted"


@pytest.mark.django_db
def test_the_sweep_lapses_at_the_start_and_not_a_millisecond_before():
    order = world.one()
    assert answering.expire_due(order.start_at - MILLI) == 0
    assert answering.expire_due(order.start_at) == 1
    assert (state(order), world.available(order)) == ("lapsed", 11_000)


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_the_second_accept_in_one_slot_gets_a_clear_refusal(door):
    account = MediaAccountFactory()
    first = world.one(accounts=[account])
    accept(door, first, now=MONDAY)
    second = world.one(accounts=[account], starts=[world.START + 14 * MINUTE])
    assert accept(door, second, now=MONDAY) == [(None, "该帐号在这 15 分钟内已接受其它任务，请拒绝其中之一")]
    assert (state(first), state(second)) == ("accepted", "dispatched")


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_a_rival_given_up_by_the_first_accept_says_what_became_of_it(door):
    account = MediaAccountFactory()
    first, second = world.one(accounts=[account]), world.one(accounts=[account])
    accept(door, first, now=MONDAY)
    assert accept(door, second, now=MONDAY) == [(None, "订单已是“拒单”，不能再接单或拒单")]


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_the_first_accept_in_a_slot_passes(door):
    account = MediaAccountFactory()
    first, _second = world.one(accounts=[account]), world.one(accounts=[account])
    assert accept(door, first, now=MONDAY) == []
    assert state(first) == "accepted"


@pytest.mark.parametrize("act", ["accept", "refuse"])
@pytest.mark.parametrize("door", ["page", "api"])
def test_an_answer_that_waited_for_its_turn_past_the_start_is_too_late(committed, door, act):
    """The clock is asked once the lock is held (spec 9): what was in time when it knocked is late when it enters."""
    order, held, entered = world.one(), threading.Event(), threading.Event()

    def in_the_way():
        with transaction.atomic():
            MediaAccount.objects.select_for_update().get(pk=order.account_id)
            held.set()
            entered.wait(timeout=20)
            time.sleep(0.5)  # the answer is at the lock by now
            clock.pin(at=order.start_at)

    def late():
        held.wait(timeout=20)
        clock.pin(at=order.start_at - SECOND)
        entered.set()
        return knock(door, order, act=act)

    _way, said = together(in_the_way, late)
    assert said == [(None, "开始时间已到，订单已流单")]
    assert state(order) == "dispatched"


@pytest.mark.django_db
def test_the_database_refuses_to_accept_what_has_lapsed():
    order = world.one()
    answering.expire_due(order.start_at)
    with pytest.raises(DatabaseError, match="illegal order move lapsed -> accepted"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state="accepted")


def racing(order, at=MONDAY):
    return lambda: retrying(lambda: world.accept(Order.objects.get(pk=order.pk), at=at))


def test_two_accepts_at_once_leave_one_and_tell_the_other(committed):
    for _ in range(8):
        account = MediaAccountFactory()
        orders = [world.one(accounts=[account]), world.one(accounts=[account], starts=[world.START + 14 * MINUTE])]
        answers = together(*[racing(order) for order in orders])
        assert sorted(state(order) for order in orders) == ["accepted", "refused"]
        (told,) = [answer for answer in answers if isinstance(answer, Exception)]
        assert isinstance(told, Conflict)
        assert "拒单" in str(told)


def test_control_without_lock_and_slot_both_accepts_win(committed, monkeypatch):
    """The race is real: take both guards away and one slot has two tasks."""
    both_checked = threading.Barrier(2)
    monkeypatch.setattr(answering, "MediaAccount", _Unlocked)
    monkeypatch.setattr(answering, "clashing", lambda **_: Order.objects.none())
    monkeypatch.setattr(answering.slots, "take", lambda _wanted: both_checked.wait(timeout=20))
    account = MediaAccountFactory()
    orders = [world.one(accounts=[account]), world.one(accounts=[account])]
    together(*[racing(order) for order in orders])
    assert [state(order) for order in orders] == ["accepted", "accepted"]


class _Unlocked:
    """`MediaAccount` read without its lock."""

    class objects:
        @staticmethod
        def select_for_update(**_):
            from accounts.models import MediaAccount

            return MediaAccount.objects


def test_of_an_accept_and_the_sweep_one_wins_and_the_loser_sees_the_final_state(committed):
    for _ in range(12):
        order = world.one()
        answer, swept = together(
            racing(order, order.start_at - MILLI), lambda order=order: answering.expire_due(order.start_at)
        )
        won = state(order) == "accepted"
        assert (state(order), swept) == (("accepted", 0) if won else ("lapsed", 1))
        assert won or (isinstance(answer, Conflict) and "流单" in str(answer))
        assert order.events.count() == 2  # 派单, and one answer
        assert world.frozen(order) == (11_000 if won else 0)


def test_control_without_compare_and_set_a_lapsed_order_is_accepted(committed, monkeypatch):
    """The race is real: without lock, comparison and triggers both arrows are taken."""
    checked, lapsed = threading.Event(), threading.Event()
    monkeypatch.setattr(lifecycle, "_MOVE", lifecycle._MOVE.replace("o.state = ANY(%(old)s)", "%(old)s IS NOT NULL"))
    monkeypatch.setattr(lifecycle, "lock", lambda **_: None)
    monkeypatch.setattr(lifecycle, "_move_money", lambda **_: None)

    def slow(*_args, **_options):
        checked.set()
        lapsed.wait(timeout=20)

    monkeypatch.setattr(answering, "_check_able", slow)
    order = world.one()

    def sweep():
        checked.wait(timeout=20)
        answering.expire_due(order.start_at)
        lapsed.set()

    together(without_triggers(racing(order)), without_triggers(sweep))
    assert state(order) == "accepted"
    assert set(OrderEvent.objects.filter(order=order).values_list("new", flat=True)) > {"lapsed", "accepted"}
