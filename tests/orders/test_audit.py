"""Each rule about orders finds its planted corruption, and no other rule does (faults section 2)."""

import pytest
from django.db import connection
from psycopg2.extras import DateTimeTZRange

from accounts import slots
from accounts.models import Slot
from billing import audit, ledger
from billing.models import AccountKind, Reason, Transfer
from orders import lifecycle, settlement
from orders.models import LateSettlement, Order, PublishAttempt
from orders.moves import Cause, State
from tasks.models import Item, Submission
from tests.moments import DAY, FRIDAY, HOUR, MINUTE
from tests.orders import world

pytestmark = pytest.mark.django_db
NOW = FRIDAY + 20 * DAY


@pytest.fixture
def no_triggers():
    """As somebody with the keys to the database could write."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


def broken():
    return sorted({violation.rule for violation in audit.run(as_of=NOW)})


def without(table, constraint):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def update(order, **values):
    Order.objects.filter(pk=order.pk).update(**values)


def shift(source, target, amount=5):
    """A transfer that no order knows of."""
    ledger.post([ledger.NewTransfer(Reason.REVERSAL, 1, source, target, amount)], at=NOW)


def accounts(order):
    party = order.advertiser_id
    kinds = (AccountKind.AVAILABLE, AccountKind.FROZEN)
    return [ledger.account_ids(kind=kind, advertiser_ids=[party])[party] for kind in kinds]


def l10_frozen(order):
    available, frozen = accounts(order)
    shift(frozen, available)


def l10_ended(order):
    from tasks.models import Task

    Task.objects.filter(pk=order.task_id).update(state="ended")


def l11(order):
    Transfer.objects.filter(reason="freeze", reference=order.pk).update(reference=order.pk + 900)


def l12(order):
    one, other = (world.one() for _ in range(2))
    for ended in (one, other):
        lifecycle.move(order_ids=[ended.pk], old=["dispatched"], new=State.CANCELLED, cause=Cause.HALT, at=NOW)
    first, second = Transfer.objects.filter(reason="release").order_by("pk")
    Transfer.objects.filter(pk=first.pk).update(ends=-1)
    Transfer.objects.filter(pk=second.pk).update(ends=first.ends)
    Transfer.objects.filter(pk=first.pk).update(ends=second.ends)


def l13(order):
    other = world.dispatched(task=order.task)[0]
    lifecycle.move(order_ids=[other.pk], old=["dispatched"], new=State.CANCELLED, cause=Cause.HALT, at=NOW)
    third = world.dispatched(task=order.task)[0]
    update(other, state="dispatched")
    update(third, state="cancelled")


def l14(order):
    Item.objects.filter(pk=order.item_id).update(price=order.price + 1)


def l15(order):
    account = order.account
    pair = [
        world.achieved(accounts=[account], starts=[world.START + n * HOUR], price=price)
        for n, price in ((1, 1_000), (2, 2_000))
    ]
    for one, other in (pair, pair[::-1]):
        update(one, price=other.price)
        Item.objects.filter(pk=one.item_id).update(price=other.price)
        Submission.objects.filter(items=one.item_id).update(net=other.price)


def l15_fee(order):
    Transfer.objects.filter(reason="fee", reference=world.achieved().pk).update(reason="reversal")


def l16(order):
    payable = ledger.account_ids(kind=AccountKind.PAYABLE, owner_ids=[order.owner_id])[order.owner_id]
    shift(ledger.platform(AccountKind.EXPENSE), payable)


def l19_early(order):
    paid = world.achieved()
    settlement.settle(cutoff=FRIDAY, now=FRIDAY + HOUR)
    update(paid, achieved_at=FRIDAY + HOUR)


def l19_left_out(order):
    world.achieved()
    settlement.settle(cutoff=FRIDAY, now=FRIDAY + HOUR)
    world.achieve(world.publish(world.accepted(), posted_at=FRIDAY - 2 * DAY), at=FRIDAY + 2 * HOUR)
    LateSettlement.objects.all().delete()


def l19_late(order):
    world.achieve(world.publish(world.accepted(), posted_at=FRIDAY - 9 * DAY), at=FRIDAY)
    settlement.settle(cutoff=FRIDAY, now=FRIDAY + HOUR)
    LateSettlement.objects.all().delete()


def l24(order):
    PublishAttempt.objects.create(
        order=order, number=1, state="unknown", armed_at=order.start_at, sent_at=NOW - DAY - HOUR
    )


def l25(order):
    update(world.published(), weibo_id="")


def l25_shared(order):
    first, second = world.published(), world.published()
    without("orders_order", "orders_order_weibo_id_key")
    update(second, weibo_id=first.weibo_id)


def l27_overlap(order):
    other = world.accepted(accounts=[order.account], starts=[order.start_at + 15 * MINUTE])
    without("accounts_slot", "slot_one_task_in_15_minutes")
    start = order.start_at + 5 * MINUTE
    update(other, start_at=start)
    Slot.objects.filter(order_id=other.pk).update(period=DateTimeTZRange(start, start + 15 * MINUTE))


def l27_lost(order):
    slots.free(order_ids=[order.pk])


CORRUPTIONS = {
    "L10": [l10_frozen, l10_ended],
    "L11": [l11],
    "L12": [l12],
    "L13": [l13],
    "L14": [l14],
    "L15": [l15, l15_fee],
    "L16": [l16],
    "L19": [l19_early, l19_left_out, l19_late],
    "L24": [l24],
    "L25": [l25, l25_shared],
    "L27": [l27_overlap, l27_lost],
}
CASES = [(rule, plant) for rule, plants in CORRUPTIONS.items() for plant in plants]


@pytest.mark.parametrize(("rule", "plant"), CASES, ids=lambda value: getattr(value, "__name__", value))
def test_a_planted_corruption_is_caught_by_its_rule_and_no_other(rule, plant, no_triggers):
    order = world.accepted()
    assert broken() == []
    plant(order)
    assert broken() == [rule]


def test_a_book_with_orders_in_every_state_is_clean():
    world.one()
    world.accepted()
    world.published()
    world.complete(world.achieved())
    for make, old, new, cause in (
        (world.one, "dispatched", State.LAPSED, Cause.START_REACHED),
        (world.accepted, "accepted", State.CANCELLED, Cause.PLATFORM),
        (world.published, "published", State.FAILED, Cause.DELETED),
    ):
        lifecycle.move(order_ids=[make().pk], old=[old], new=new, cause=cause, at=world.START)
    settlement.settle(cutoff=FRIDAY, now=FRIDAY + HOUR)
    assert broken() == []


def test_an_old_unknown_attempt_with_an_alarm_is_in_order():
    from weitask.alarms import raise_alarm

    order = world.accepted()
    l24(order)
    raise_alarm(kind="order_undecided", key=order.number, text="…", now=NOW)
    assert broken() == []
