"""The only writer of `Order.state`: every arrow of the table of moves goes through here (spec 3, architecture 1.3).

A move is one statement: it locks the rows in id order, compares and sets the old state, and writes the event rows.
A row that lost a race simply does not come back. The money of the arrow follows in the same transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypedDict, Unpack

from django.db import connection, models, transaction

from accounts import slots
from accounts.models import User
from billing import holds
from orders import lateness, reminding
from orders.models import Order
from orders.moves import BY_PAIR, ENDED, FIRST, Cause, Money, State
from weitask import arrays, bulk
from weitask.periods import EARN_AFTER, KEEP_FOR, shanghai

_OPERATORS: Final = {"": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_FIXED: Final = frozenset({"id", "number", "state", "price", "fee", "account", "owner", "advertiser", "start_at"})
_RETURNED: Final = "m.id, m.number, m.old, m.task_id, m.account_id, m.owner_id, m.advertiser_id, m.price, m.fee"
_DELAYS: Final = {"achieved_at": EARN_AFTER, "completed_at": KEEP_FOR}

# A move that its clock does not allow yet (or no longer) does not happen, whoever asks: A19, A5. Nor is an order
# cancelled while its post may be on the wire: its fate must be known first (F45). That guard is read after the rows
# are locked, and whoever takes an attempt from armed to sending holds the order's row lock.
_GUARDS: Final = {
    State.CANCELLED: (
        "NOT EXISTS (SELECT FROM orders_publishattempt a WHERE a.order_id = o.id AND a.state IN ('sending', 'unknown'))"
    ),
    State.ACCEPTED: "o.start_at > %(at)s",
    State.LAPSED: "o.start_at <= %(at)s",
    State.ACHIEVED: "o.posted_at + %(achieved_at)s <= %(at)s",
    State.COMPLETED: "o.posted_at + %(completed_at)s <= %(at)s",
}
# The effective instant, not the worker's delay (A5, A8).
_INSTANTS: Final = {
    State.ACHIEVED: "m.posted_at + %(achieved_at)s",
    State.COMPLETED: "m.posted_at + %(completed_at)s",
}

_MOVE: Final = """
WITH given AS ({given}),
picked AS (
    SELECT o.id, o.state FROM orders_order o
    WHERE o.id = ANY(%(ids)s::bigint[]) AND o.state = ANY(%(old)s){conditions}
    ORDER BY o.id FOR NO KEY UPDATE
),
m AS (
    UPDATE orders_order o SET {assignments}
    FROM picked p JOIN given g ON g.id = p.id
    WHERE o.id = p.id AND o.state = p.state
    RETURNING o.id, o.number, p.state AS old, o.task_id, o.account_id, o.owner_id, o.advertiser_id, o.price, o.fee,
        o.posted_at
),
event AS (
    INSERT INTO orders_orderevent (order_id, old, new, cause, by_id, at)
    SELECT m.id, m.old, %(new)s, %(cause)s, %(by)s, {instant} FROM m ORDER BY m.id
)
SELECT {returned} FROM m ORDER BY m.id
"""
_GIVEN: Final = "SELECT * FROM unnest({columns}) AS v({names})"
_LOCK: Final = "SELECT id FROM orders_order WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
# Rows come as JSON, one parameter for all columns of all orders; ids follow the order of the rows.
_BEGIN: Final = """
WITH given AS (
    SELECT nextval(pg_get_serial_sequence('orders_order', 'id')) AS new_id, o.*
    FROM jsonb_populate_recordset(NULL::orders_order, %(orders)s) AS o
),
made AS (
    INSERT INTO orders_order (id, number, {columns})
    SELECT new_id, %(prefix)s || lpad(new_id::text, greatest(8, length(new_id::text)), '0'), {columns} FROM given
    RETURNING id, number
),
event AS (
    INSERT INTO orders_orderevent (order_id, old, new, cause, by_id, at)
    SELECT id, '', %(first)s, %(cause)s, %(by)s, %(at)s FROM made ORDER BY id
)
SELECT id, number FROM made ORDER BY id
"""


class Moved(NamedTuple):
    """An order that a move took along, with the state it came from; price (net) and fee in fen."""

    id: int
    number: str
    old: str
    task_id: int
    account_id: int
    owner_id: int
    advertiser_id: int
    price: int
    fee: int


class Options(TypedDict, total=False):
    """What a move may be given besides.

    Attributes:
        by: the person who did it; None for the platform.
        where: further conditions on columns of the order, all of which must hold under the row's lock:
            `{"exempt_from": None, "start_at__lte": now}`; operators lt, lte, gt, gte, in.
        values: columns written along. A plain value is the same for all; a mapping of order id → value
            gives every order its own (an id missing from it gets NULL).
    """

    by: User | None
    where: Mapping[str, Any] | None
    values: Mapping[str, Any] | None


def begin(*, orders: Sequence[Order], cause: Cause, at: datetime, by: User | None) -> list[Order]:
    """Store unsaved orders as 派单 with their event rows, in one statement; each gets its id and its number.

    The number is `WT`, the Shanghai day, the id in at least eight digits; it is also Weibo's annotation. The caller
    freezes their money in the same transaction (`holds.freeze`).
    """
    for order in orders:
        order.state = FIRST
        order.cause = cause
        order.dispatched_at = at
        order.remind_at = reminding.first_moment(start=order.start_at, now=at)
    columns = bulk.columns_of(Order, leave_out=["id", "number"])
    parameters = {
        "orders": bulk.as_json(orders, columns),
        "prefix": f"WT{shanghai(at):%y%m%d}",
        "first": FIRST,
        "cause": cause,
        "by": by.pk if by else None,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN.format(columns=", ".join(columns)), parameters)
        made = cursor.fetchall()
    for order, (order_id, number) in zip(orders, made, strict=True):
        order.pk, order.number, order._state.adding = order_id, number, False
    return list(orders)


def move(
    *,
    order_ids: Sequence[int],
    old: Collection[State],
    new: State,
    cause: Cause,
    at: datetime,
    **options: Unpack[Options],
) -> list[Moved]:
    """Take the arrow old → new for all of these orders that are still in one of `old`, with its money and its events.

    The money of the arrow moves at `at`; 已取消 frees the slot; 已达成 and 已完成 are dated posted + 24 h and + 30 d.

    Raises:
        ValueError: the table of moves has no such arrow, or the arrow has no such cause.
    """
    for state in old:
        if (state, new) not in BY_PAIR or cause not in BY_PAIR[state, new].causes:
            message = f"no such move: {state} -> {new} ({cause})"
            raise ValueError(message)
    if not order_ids:
        return []
    with transaction.atomic():
        if new is State.CANCELLED:
            lock(order_ids=order_ids)
        if new is State.ACHIEVED:
            lateness.share()
        moved = _update(order_ids=order_ids, old=old, new=new, cause=cause, at=at, **options)
        if moved:
            _move_money(moved=moved, new=new, at=at)
            if new is State.CANCELLED:
                slots.free(order_ids=[row.id for row in moved if row.old == State.ACCEPTED])
    return moved


def lock(*, order_ids: Sequence[int]) -> None:
    """Lock these orders in id order until the transaction ends (architecture 7)."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [arrays.literal(set(order_ids))])


def mark_deleted_early(*, order_ids: Sequence[int], at: datetime, **options: Unpack[Options]) -> list[Moved]:
    """已达成 → 已达成 + 提前删除: proven missing before 30 days (A4). No money moves; the order is ended."""
    if not order_ids:
        return []
    where = {"deleted_early": False, **(options.get("where") or {})}
    own = {"deleted_early": True, "ended_at": at, "next_check_at": None, "undecided": ""}
    values = {**(options.get("values") or {}), **own}
    with transaction.atomic():
        return _update(
            order_ids=order_ids,
            old=[State.ACHIEVED],
            new=State.ACHIEVED,
            cause=Cause.DELETED,
            at=at,
            by=options.get("by"),
            where=where,
            values=values,
        )


def _update(
    *,
    order_ids: Sequence[int],
    old: Collection[State],
    new: State,
    cause: Cause,
    at: datetime,
    **options: Unpack[Options],
) -> list[Moved]:
    by = options.get("by")
    parameters: dict[str, Any] = {
        "ids": arrays.literal(ids := sorted(set(order_ids))),
        "old": [str(state) for state in old],
        "new": str(new),
        "cause": str(cause),
        "by": by.pk if by else None,
        "at": at,
        **_DELAYS,
    }
    given, assignments = _assignments(ids, new=new, values=options.get("values") or {}, parameters=parameters)
    conditions = _conditions(new=new, where=options.get("where") or {}, parameters=parameters)
    statement = _MOVE.format(
        given=given,
        assignments=assignments,
        conditions=conditions,
        instant=_INSTANTS.get(new, "%(at)s") if cause is not Cause.DELETED else "%(at)s",
        returned=_RETURNED,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Moved._make(row) for row in cursor.fetchall()]


def _assignments(
    ids: Sequence[int], *, new: State, values: Mapping[str, Any], parameters: dict[str, Any]
) -> tuple[str, str]:
    """The SELECT of ids with their own values, and the SET list."""
    columns = ["%(ids)s::bigint[]"]
    names = ["id"]
    assignments = {"state": "%(new)s", "cause": "%(cause)s"}
    for name, value in values.items():
        column, kind = _column(name)
        if isinstance(value, Mapping):
            parameters[f"set_{column}"] = [value.get(order_id) for order_id in ids]
            columns.append(f"%(set_{column})s::{kind}[]")
            names.append(f"v_{column}")
            assignments[column] = f"g.v_{column}"
        else:
            parameters[f"set_{column}"] = value
            assignments[column] = f"%(set_{column})s"
    assignments |= _own_assignments(new)
    given = _GIVEN.format(columns=", ".join(columns), names=", ".join(names))
    return given, ", ".join(f"{column} = {value}" for column, value in assignments.items())


def _own_assignments(new: State) -> dict[str, str]:
    """What the table itself says about the columns of a state."""
    own: dict[str, str] = {}
    if new in ENDED:
        own |= {"ended_at": "%(at)s", "next_check_at": "NULL", "undecided": "''"}
    if new is State.ACHIEVED:
        own |= {"achieved_at": "o.posted_at + %(achieved_at)s", "undecided": "''"}
    if new is State.COMPLETED:
        own |= {"completed_at": "o.posted_at + %(completed_at)s", "ended_at": "o.posted_at + %(completed_at)s"}
    return own


def _conditions(*, new: State, where: Mapping[str, Any], parameters: dict[str, Any]) -> str:
    conditions = [_GUARDS[new]] if new in _GUARDS else []
    for key, value in where.items():
        name, _, lookup = key.partition("__")
        column = f"o.{_column(name, read_only=True)[0]}"
        if value is None:
            conditions.append(f"{column} IS NULL")
        elif lookup == "in":
            parameters[f"if_{key}"] = list(value)
            conditions.append(f"{column} = ANY(%(if_{key})s)")
        else:
            parameters[f"if_{key}"] = value
            conditions.append(f"{column} {_OPERATORS[lookup]} %(if_{key})s")
    return "".join(f" AND {condition}" for condition in conditions)


def _column(name: str, *, read_only: bool = False) -> tuple[str, str]:
    """The column of a field and its SQL type."""
    field = Order._meta.get_field(name)
    if not isinstance(field, models.Field) or not field.column or (name in _FIXED and not read_only):
        message = f"a move does not write {name}"
        raise ValueError(message)
    return field.column, field.db_type(connection) or ""


def _move_money(*, moved: Sequence[Moved], new: State, at: datetime) -> None:
    kinds = {row.id: BY_PAIR[State(row.old), new].money for row in moved}
    released = [row.id for row in moved if kinds[row.id] is Money.RELEASE]
    earned = [
        holds.Earning(order_id=row.id, owner_id=row.owner_id, net=row.price, fee=row.fee)
        for row in moved
        if kinds[row.id] is Money.EARN
    ]
    if released:
        holds.release(order_ids=released, now=at)
    if earned:
        holds.earn(earnings=earned, now=at)
        lateness.note_earned(order_ids=[earning.order_id for earning in earned], now=at)
