"""One door for every move (spec 3, R113)."""

import pytest

from accounts.models import Slot
from billing.models import AccountKind, Transfer
from orders import lifecycle
from orders.models import Order, OrderEvent, PublishAttempt
from orders.moves import MOVES, Cause, State
from tests.billing.book import balance
from tests.moments import DAY, HOUR, MONDAY, SECOND
from tests.orders import world

pytestmark = pytest.mark.django_db


def move(order, old, new, cause, at=MONDAY, **more):
    return lifecycle.move(order_ids=[order.pk], old=[old], new=new, cause=cause, at=at, **more)


def test_an_order_begins_dispatched_frozen_and_numbered():
    order = world.one()
    assert order.state == State.DISPATCHED
    assert order.number == f"WT260105{order.pk:08d}"
    assert (world.frozen(order), world.available(order)) == (11_000, 0)
    assert list(order.events.values_list("old", "new", "cause")) == [("", "dispatched", "approved")]


def test_a_move_writes_state_cause_and_event_together():
    order = world.one()
    by = order.owner
    (moved,) = move(order, State.DISPATCHED, State.ACCEPTED, Cause.OWNER, by=by)
    order.refresh_from_db()
    event = order.events.last()
    assert (moved.id, moved.old, moved.number, moved.price, moved.fee) == (
        order.pk,
        "dispatched",
        order.number,
        10_000,
        1_000,
    )
    assert (order.state, order.cause) == ("accepted", "owner")
    assert (event.old, event.new, event.cause, event.by, event.at) == ("dispatched", "accepted", "owner", by, MONDAY)


def test_an_order_that_went_elsewhere_is_not_returned():
    order = world.one()
    assert move(order, State.DISPATCHED, State.ACCEPTED, Cause.OWNER)
    assert move(order, State.DISPATCHED, State.ACCEPTED, Cause.OWNER) == []
    assert OrderEvent.objects.filter(order=order).count() == 2


LEGAL = {(move.old, move.new) for move in MOVES}
ILLEGAL = [(old, new) for old in State for new in State if (old, new) not in LEGAL]


@pytest.mark.parametrize(("old", "new"), ILLEGAL)
def test_a_move_outside_the_table_is_refused(old, new):
    with pytest.raises(ValueError, match="no such move"):
        move(world.one(), old, new, Cause.VERDICT)


def test_a_cause_outside_the_table_is_refused():
    order = world.one()
    with pytest.raises(ValueError, match="no such move"):
        move(order, State.DISPATCHED, State.LAPSED, Cause.DELETED)


def test_nothing_asked_nothing_done():
    assert lifecycle.move(order_ids=[], old=[State.DISPATCHED], new=State.ACCEPTED, cause=Cause.OWNER, at=MONDAY) == []
    assert lifecycle.mark_deleted_early(order_ids=[], at=MONDAY) == []


@pytest.mark.parametrize(
    ("make", "old", "new", "cause"),
    [
        (world.one, State.DISPATCHED, State.REFUSED, Cause.SLOT_CLASH),
        (world.one, State.DISPATCHED, State.CANCELLED, Cause.HALT),
        (world.accepted, State.ACCEPTED, State.CANCELLED, Cause.PLATFORM),
        (world.published, State.PUBLISHED, State.FAILED, Cause.DELETED),
    ],
)
def test_an_uncharged_end_gives_the_frozen_money_back(make, old, new, cause):
    order = make()
    values = {"answered_at": MONDAY, "refusal_code": "slot_clash"} if new is State.REFUSED else None
    move(order, old, new, cause, values=values)
    order.refresh_from_db()
    assert (world.frozen(order), world.available(order)) == (0, 11_000)
    assert order.ended_at == MONDAY


def test_a_kept_post_pays_the_owner_net_and_the_platform_its_fee():
    order = world.published()
    world.achieve(order)
    assert (world.frozen(order), world.available(order), world.payable(order)) == (0, 0, 10_000)
    assert balance(AccountKind.FEE) == 1_000


def test_earning_is_dated_posted_plus_24_hours_whenever_it_is_proven():
    order = world.published()
    world.achieve(order, at=order.posted_at + 3 * DAY)
    assert order.achieved_at == order.posted_at + DAY
    assert order.events.last().at == order.achieved_at
    assert Transfer.objects.get(reason="earn").at == order.posted_at + 3 * DAY


def test_earning_a_second_before_24_hours_does_not_happen():
    order = world.published()
    assert move(order, State.PUBLISHED, State.ACHIEVED, Cause.EXEMPT, at=order.posted_at + DAY - SECOND) == []
    assert move(order, State.PUBLISHED, State.ACHIEVED, Cause.EXEMPT, at=order.posted_at + DAY)


def test_completing_is_dated_30_days_and_never_earlier():
    order = world.achieved()
    end = order.posted_at + 30 * DAY
    assert move(order, State.ACHIEVED, State.COMPLETED, Cause.KEPT, at=end - SECOND) == []
    assert move(order, State.ACHIEVED, State.COMPLETED, Cause.KEPT, at=end + HOUR)
    order.refresh_from_db()
    assert (order.completed_at, order.ended_at, order.next_check_at) == (end, end, None)
    assert order.events.last().at == end


def test_accepting_at_the_start_does_not_happen_and_lapsing_before_it_neither():
    order = world.one()
    assert move(order, State.DISPATCHED, State.ACCEPTED, Cause.OWNER, at=order.start_at) == []
    assert move(order, State.DISPATCHED, State.LAPSED, Cause.START_REACHED, at=order.start_at - SECOND) == []
    assert move(order, State.DISPATCHED, State.LAPSED, Cause.START_REACHED, at=order.start_at)


def test_a_cancelled_order_frees_its_slot():
    order = world.accepted()
    assert Slot.objects.filter(order_id=order.pk).exists()
    move(order, State.ACCEPTED, State.CANCELLED, Cause.OWNER_FAULT)
    assert not Slot.objects.filter(order_id=order.pk).exists()


def test_a_failed_order_keeps_its_slot():
    order = world.published()
    move(order, State.PUBLISHED, State.FAILED, Cause.DELETED)
    assert Slot.objects.filter(order_id=order.pk).exists()


@pytest.mark.parametrize(("state", "moves"), [("armed", 1), ("sending", 0), ("unknown", 0), ("absent", 1)])
def test_an_order_whose_post_may_be_on_the_wire_is_not_cancelled(state, moves):
    order = world.accepted()
    PublishAttempt.objects.create(order=order, number=1, state=state, armed_at=MONDAY)
    assert len(move(order, State.ACCEPTED, State.CANCELLED, Cause.PLATFORM)) == moves


def test_many_orders_move_with_values_of_their_own():
    orders = [world.accept(order) for order in world.dispatched(starts=[world.START] * 3)]
    ids = {order.pk: f"51000000000000{order.pk:02d}" for order in orders}
    posted = {order.pk: order.start_at + n * SECOND for n, order in enumerate(orders)}
    lifecycle.move(
        order_ids=[order.pk for order in orders],
        old=[State.ACCEPTED],
        new=State.PUBLISHED,
        cause=Cause.POSTED,
        at=MONDAY,
        values={"weibo_id": ids, "posted_at": posted, "reposts": {orders[0].pk: 7, orders[1].pk: 8, orders[2].pk: 9}},
    )
    stored = Order.objects.in_bulk(ids)
    assert {pk: order.weibo_id for pk, order in stored.items()} == ids
    assert {pk: order.posted_at for pk, order in stored.items()} == posted
    assert sorted(order.reposts for order in stored.values()) == [7, 8, 9]


@pytest.mark.parametrize(
    ("where", "moves"),
    [
        ({"exempt_from": None}, 1),
        ({"undecided": "edited"}, 0),
        ({"start_at__gt": world.START}, 0),
        ({"start_at__gte": world.START}, 1),
        ({"start_at__lt": world.START}, 0),
        ({"start_at__lte": world.START}, 1),
        ({"form__in": ["original", "repost"]}, 1),
        ({"form__in": ["repost"]}, 0),
    ],
)
def test_a_condition_must_hold_under_the_lock(where, moves):
    order = world.one()
    assert len(move(order, State.DISPATCHED, State.CANCELLED, Cause.HALT, where=where)) == moves


@pytest.mark.parametrize("name", ["state", "price", "start_at", "events"])
def test_a_move_does_not_write_what_is_fixed(name):
    order = world.one()
    with pytest.raises(ValueError, match=name):
        move(order, State.DISPATCHED, State.CANCELLED, Cause.HALT, values={name: 1})


def test_a_deletion_after_24_hours_is_marked_once_and_moves_no_money():
    order = world.achieved()
    at = order.posted_at + 10 * DAY
    assert lifecycle.mark_deleted_early(order_ids=[order.pk], at=at, values={"first_missing_at": at})
    assert lifecycle.mark_deleted_early(order_ids=[order.pk], at=at + DAY) == []
    order.refresh_from_db()
    event = order.events.last()
    assert (order.state, order.deleted_early, order.ended_at, order.next_check_at) == ("achieved", True, at, None)
    assert (event.old, event.new, event.cause, event.at) == ("achieved", "achieved", "deleted", at)
    assert world.payable(order) == 10_000
