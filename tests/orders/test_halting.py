"""紧急叫停 and what it leaves behind (R85, R86, A20-A23, F44, F45, F57)."""

import pytest

from accounts.models import Notice, Slot
from billing.models import AccountKind, Transfer
from orders import goodwill, halting
from orders.models import Order, PublishAttempt
from orders.moves import State
from tasks.models import Decision, Task
from tests.billing.book import balance
from tests.moments import DAY, HOUR, MONDAY, SECOND
from tests.orders import world

pytestmark = pytest.mark.django_db
STOP = world.START + HOUR


def halt(task, *, now=STOP, platform_fault=False, reason="内容违规"):
    """As `tasks.review.halt` does it, without its reviewer."""
    by = world.judge()
    decision = Decision.objects.create(
        task=task, verdict="halt", reason=reason, platform_fault=platform_fault, rule_version="test", by=by, at=now
    )
    Task.objects.filter(pk=task.pk).update(state="halted")
    halting.halt_orders(task=task, decision=decision, by=by, now=now)
    return decision


def fresh(order):
    return Order.objects.get(pk=order.pk)


@pytest.mark.parametrize("make", [world.one, world.accepted])
def test_an_unposted_order_is_cancelled_uncharged(make):
    order = make()
    halt(order.task)
    order = fresh(order)
    assert (order.state, order.cause) == ("cancelled", "halt")
    assert (world.frozen(order), world.available(order)) == (0, 11_000)
    assert not Slot.objects.exists()
    assert "内容违规" in Notice.objects.get(user=order.owner, kind="order_cancelled").body


def test_an_order_posted_a_second_before_stays_published_and_becomes_exempt():
    order = world.accepted()
    world.publish(order, posted_at=STOP - SECOND)
    halt(order.task)
    order = fresh(order)
    assert (order.state, order.exempt_from) == ("published", STOP)
    notice = Notice.objects.get(user=order.owner, kind="order_delete_post")
    assert notice.urgent
    assert notice.deliveries.get().state == "waiting"


def test_an_exempt_order_earns_at_24_hours():
    order = world.published()
    halt(order.task)
    world.achieve(order)
    assert world.payable(order) == 10_000


def test_an_earned_order_is_asked_to_delete_too_but_not_one_already_deleted():
    first = world.achieved()
    gone = world.achieved()
    Order.objects.filter(pk=gone.pk).update(deleted_early=True)
    halt(first.task, now=STOP + 2 * DAY)
    halt(gone.task, now=STOP + 2 * DAY)
    assert fresh(first).exempt_from == STOP + 2 * DAY
    assert fresh(gone).exempt_from is None


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_an_order_on_the_wire_waits_for_its_fate(state):
    order = world.accepted()
    attempt = PublishAttempt.objects.create(order=order, number=1, state=state, armed_at=world.START)
    halt(order.task)
    assert fresh(order).state == State.ACCEPTED
    assert halting.next_finish(STOP) is None
    PublishAttempt.objects.filter(pk=attempt.pk).update(state="absent")
    assert halting.next_finish(STOP) == STOP
    assert halting.finish_due(STOP) == 1
    assert fresh(order).state == State.CANCELLED
    assert world.available(order) == 11_000


def test_an_order_found_posted_after_the_stop_becomes_exempt():
    order = world.accepted()
    PublishAttempt.objects.create(order=order, number=1, state="unknown", armed_at=world.START)
    halt(order.task)
    world.publish(order)
    assert halting.finish_due(STOP + HOUR) == 1
    assert fresh(order).exempt_from == STOP + HOUR
    assert halting.finish_due(STOP + HOUR) == 0


def test_an_armed_attempt_of_a_cancelled_order_is_never_sent():
    order = world.accepted()
    PublishAttempt.objects.create(order=order, number=1, armed_at=world.START)
    halt(order.task)
    assert PublishAttempt.objects.get().state == PublishAttempt.State.ABSENT


def test_orders_of_another_task_run_on():
    order, other = world.accepted(), world.accepted()
    halt(order.task)
    assert fresh(other).state == State.ACCEPTED
    assert halting.next_finish(STOP) is None


def test_our_own_fault_is_paid_back_once_when_every_order_is_decided():
    order = world.published()
    decision = halt(order.task, platform_fault=True)
    assert goodwill.next_due(STOP) is None
    world.achieve(order)
    assert goodwill.next_due(STOP) == STOP
    assert goodwill.pay_due(STOP + DAY) == 1
    assert goodwill.pay_due(STOP + DAY) == 0
    assert world.available(order) == 11_000
    assert world.payable(order) == 10_000
    assert Transfer.objects.get(reason="goodwill", reference=decision.pk).amount == 11_000


def test_the_advertisers_own_fault_is_not_paid_back():
    order = world.published()
    halt(order.task)
    world.achieve(order)
    assert goodwill.pay_due(STOP + DAY) == 0
    assert balance(AccountKind.AVAILABLE, advertiser=order.advertiser) == 0


def test_nothing_is_paid_back_when_nothing_was_charged():
    order = world.one()
    halt(order.task, platform_fault=True, now=MONDAY)
    assert goodwill.next_due(MONDAY) is None
