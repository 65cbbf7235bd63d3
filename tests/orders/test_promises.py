"""What the database refuses even from psql: illegal moves, changed snapshots, edited history (R32, R49, R113)."""

import pytest
from django.db import DatabaseError, connection, transaction

from orders.models import Order
from orders.moves import MOVES, State
from tests.moments import DAY
from tests.orders import world

pytestmark = pytest.mark.django_db

LEGAL = {(move.old, move.new) for move in MOVES}
MAKE = {
    State.DISPATCHED: world.one,
    State.ACCEPTED: world.accepted,
    State.PUBLISHED: world.published,
    State.ACHIEVED: world.achieved,
    State.COMPLETED: lambda: world.complete(world.achieved()),
    State.REFUSED: lambda: raw(world.one(), "refused", refusal_code="style", answered_at=world.START),
    State.LAPSED: lambda: raw(world.one(), "lapsed"),
    State.CANCELLED: lambda: raw(world.one(), "cancelled"),
    State.FAILED: lambda: raw(world.published(), "failed"),
}
ILLEGAL = [(old, new) for old in State for new in State if old != new and (old, new) not in LEGAL]


def raw(order, state, **values):
    """The state as somebody with SQL would set it."""
    values |= {"weibo_id": order.weibo_id or f"9{order.pk:015d}", "posted_at": order.posted_at or world.START}
    values |= {"achieved_at": world.START + DAY, "completed_at": world.START + 30 * DAY}
    values |= {"refusal_code": "style", "answered_at": world.START}
    Order.objects.filter(pk=order.pk).update(state=state, **values)
    return order


@pytest.mark.parametrize(("old", "new"), ILLEGAL)
def test_an_illegal_move_fails_in_sql(old, new):  # R113
    order = MAKE[old]()
    with pytest.raises(DatabaseError, match=f"illegal order move {old} -> {new}"), transaction.atomic():
        raw(order, new)


@pytest.mark.parametrize(("old", "new"), sorted(LEGAL))
def test_a_legal_move_passes_in_sql(old, new):
    order = raw(MAKE[old](), new)
    assert Order.objects.get(pk=order.pk).state == new


def test_an_order_cannot_be_born_in_another_state():
    order = world.one()
    with pytest.raises(DatabaseError, match="begins dispatched"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO orders_order SELECT (json_populate_record(o, \'{"id": 0, "state": "accepted"}\')).*'
            " FROM orders_order o WHERE id = %s",
            [order.pk],
        )


@pytest.mark.parametrize(("column", "value"), [("price", 1), ("fee", 1), ("start_at", world.START + DAY)])
def test_a_snapshot_cannot_be_changed(column, value):
    order = world.one()
    with pytest.raises(DatabaseError, match="snapshot"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**{column: value})


def test_an_order_cannot_be_deleted():
    order = world.one()
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders_order WHERE id = %s", [order.pk])


@pytest.mark.parametrize("statement", ["UPDATE orders_orderevent SET at = now()", "DELETE FROM orders_orderevent"])
def test_events_are_for_ever(statement):
    world.one()
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_two_orders_cannot_share_a_weibo_id():
    first, second = world.published(), world.accepted()
    with pytest.raises(DatabaseError, match="weibo_id"), transaction.atomic():
        Order.objects.filter(pk=second.pk).update(weibo_id=first.weibo_id)


def test_a_published_order_must_have_its_post():
    order = world.accepted()
    with pytest.raises(DatabaseError, match="order_posted_has_weibo_id"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state="published")


def test_a_refusal_must_have_its_reason():
    order = world.one()
    with pytest.raises(DatabaseError, match="order_refused_why"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state="refused")
