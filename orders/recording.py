"""Writing down what became of the tries, many at once, each in the transaction that moves its order (architecture 5).

An attempt changes only from the state its writer left it in: whoever comes too late changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from orders import announcements, halting, lifecycle
from orders.batches import in_batches
from orders.counting import next_hour
from orders.models import Order, PublishAttempt
from orders.moves import Cause, State
from orders.sending import Fate, Parcel, Result
from tasks.models import TaskState
from weitask import alarms
from weitask.gateways.weibo import Post
from weitask.periods import POST_WINDOW

SEND_WITHIN: Final = timedelta(seconds=30)  # real time from the commit of `sending` to the last write
RECONCILE_AFTER: Final = timedelta(seconds=180)  # longer than SEND_WITHIN, a call's time-out and 20032's two minutes
RETRY_FROM: Final = timedelta(seconds=5)
RETRY_TO: Final = timedelta(seconds=60)
ON_THE_WIRE: Final = (PublishAttempt.State.SENDING, PublishAttempt.State.UNKNOWN)

_SENDING: Final = """
UPDATE orders_publishattempt a
SET state = 'sending', base_post_id = g.base, sent_at = %(now)s, next_at = %(now)s + %(after)s,
    deadline = clock_timestamp() + %(within)s
FROM unnest(%(ids)s::bigint[], %(bases)s::text[]) AS g(id, base), orders_order o, tasks_task t
WHERE a.id = g.id AND a.state = 'armed' AND o.id = a.order_id AND t.id = o.task_id
  AND o.state = 'accepted' AND o.start_at + %(window)s > %(now)s AND t.state <> %(halted)s
RETURNING a.id
"""
_CLOSE: Final = """
UPDATE orders_publishattempt a
SET state = %(state)s, code = g.code, message = g.message, answered_at = %(now)s,
    next_at = CASE %(state)s
        WHEN 'unknown' THEN a.sent_at + %(after)s
        WHEN 'armed' THEN %(now)s + greatest(%(from)s, least(%(to)s, greatest((%(now)s - a.armed_at) / 2, g.wait)))
    END
FROM unnest(%(ids)s::bigint[], %(codes)s::text[], %(messages)s::text[], %(waits)s::interval[])
     AS g(id, code, message, wait)
WHERE a.id = g.id AND a.state = ANY(%(old)s)
RETURNING a.id
"""


@dataclass(frozen=True)
class Tried:
    """A try and what became of it; `before`: the states its attempt may still be in for this to count."""

    parcel: Parcel
    result: Result
    before: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A post of ours that exists, and the attempt that made it."""

    order_id: int
    attempt_id: int
    post: Post


def to_sending(*, parcels: Sequence[Parcel], now: datetime) -> set[int]:
    """Take attempts armed → sending, committed before any of them is sent; returns the attempt ids that may go.

    An order stopped, cancelled or past its window meanwhile is not among them. Holding the orders' row locks while
    the attempts change is what lets `lifecycle` trust an attempt that is not on the wire.
    """
    parameters: dict[str, Any] = {
        "ids": [parcel.attempt_id for parcel in parcels],
        "bases": [parcel.base_post_id for parcel in parcels],
        "now": now,
        "after": RECONCILE_AFTER,
        "within": SEND_WITHIN,
        "window": POST_WINDOW,
        "halted": TaskState.HALTED,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        lifecycle.lock(order_ids=[parcel.order_id for parcel in parcels])
        cursor.execute(_SENDING, parameters)
        return {row[0] for row in cursor.fetchall()}


def record(*, tried: Sequence[Tried], now: datetime) -> int:
    """Write down results and move the orders, each with its attempt; returns how many orders moved."""
    by_attempt = {one.parcel.attempt_id: one for one in tried}
    moved = in_batches(
        ids=list(by_attempt),
        work=lambda ids: _record([by_attempt[key] for key in ids], now),
        sweep="orders.publish",
        now=now,
    )
    for one in tried:
        _alarm_operator(one, now)
    return moved


def confirm(*, found: Sequence[Found], now: datetime) -> int:
    """已接单 → 已发布 for posts that exist; returns how many moved. Must be inside a transaction.

    A task stopped meanwhile makes them exempt from this moment, and the owner is told to delete (F45, R86). A post
    whose order is not 已接单 any more raises an alarm: that must never happen.
    """
    if not found:
        return 0
    order_ids = [one.order_id for one in found]
    lifecycle.lock(order_ids=order_ids)
    # An answer later than a proof of absence is still the truth.
    states = (*ON_THE_WIRE, PublishAttempt.State.ABSENT)
    attempts = PublishAttempt.objects.filter(pk__in=[one.attempt_id for one in found], state__in=states)
    attempts.update(state=PublishAttempt.State.CONFIRMED, answered_at=now, next_at=None)
    posted_at = {one.order_id: one.post.created_at for one in found}
    moved = lifecycle.move(
        order_ids=order_ids,
        old=[State.ACCEPTED],
        new=State.PUBLISHED,
        cause=Cause.POSTED,
        at=now,
        values={
            "weibo_id": {one.order_id: one.post.id for one in found},
            "posted_at": posted_at,
            "last_seen_at": posted_at,
            "next_check_at": posted_at,
            "next_count_at": next_hour(now),
            "undecided": "",
        },
    )
    ids = [row.id for row in moved]
    halting.exempt(orders=Order.objects.filter(pk__in=ids, task__state=TaskState.HALTED), now=now)
    _alarm_astray([one for one in found if one.order_id not in ids], now=now)
    return len(ids)


def _record(tried: Sequence[Tried], now: datetime) -> int:
    groups: dict[Fate, list[Tried]] = defaultdict(list)
    for one in tried:
        groups[one.result.fate].append(one)
    lifecycle.lock(order_ids=[one.parcel.order_id for one in tried])
    _close(groups[Fate.LATER], state=PublishAttempt.State.ARMED, now=now)
    _close(groups[Fate.UNKNOWN], state=PublishAttempt.State.UNKNOWN, now=now)
    moved = _refuse(groups[Fate.REFUSED], now=now)
    posted = [
        Found(one.parcel.order_id, one.parcel.attempt_id, one.result.post)
        for one in groups[Fate.POSTED]
        if one.result.post
    ]
    return moved + confirm(found=posted, now=now)


def _refuse(refused: Sequence[Tried], *, now: datetime) -> int:
    """The attempt is refused and its order 已取消, with the cause that decides the rating (A24)."""
    closed = _close(refused, state=PublishAttempt.State.REFUSED, now=now)
    by_cause: dict[Cause, list[int]] = defaultdict(list)
    for one in refused:
        if one.parcel.attempt_id in closed and one.result.cause is not None:
            by_cause[one.result.cause].append(one.parcel.order_id)
    return sum(cancel(order_ids=ids, cause=cause, now=now) for cause, ids in sorted(by_cause.items()))


def cancel(*, order_ids: Sequence[int], cause: Cause, now: datetime) -> int:
    """已接单 → 已取消 for orders that certainly have no post; tells both sides. Must be inside a transaction."""
    moved = lifecycle.move(order_ids=order_ids, old=[State.ACCEPTED], new=State.CANCELLED, cause=cause, at=now)
    announcements.cancelled(order_ids=[row.id for row in moved], cause=cause, now=now)
    return len(moved)


def _close(tried: Sequence[Tried], *, state: PublishAttempt.State, now: datetime) -> Collection[int]:
    """Write the answers into the attempts that still wait for them; returns the ids of those."""
    done: set[int] = set()
    by_before: dict[tuple[str, ...], list[Tried]] = defaultdict(list)
    for one in tried:
        by_before[one.before].append(one)
    for before, group in by_before.items():
        parameters: dict[str, Any] = {
            "ids": [one.parcel.attempt_id for one in group],
            "codes": [one.result.code for one in group],
            "messages": [one.result.message for one in group],
            "waits": [timedelta(seconds=one.result.retry_after) for one in group],
            "old": list(before),
            "state": state,
            "now": now,
            "after": RECONCILE_AFTER,
            "from": RETRY_FROM,
            "to": RETRY_TO,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CLOSE, parameters)
            done |= {row[0] for row in cursor.fetchall()}
    return done


def _alarm_operator(one: Tried, now: datetime) -> None:
    if one.result.alarm:
        text = _("发布订单 %(number)s 时微博返回 %(code)s：%(message)s") % {
            "number": one.parcel.number,
            "code": one.result.code,
            "message": one.result.message,
        }
        alarms.raise_alarm(kind="publish_refused", key=one.result.code, text=text, now=now)


def _alarm_astray(found: Sequence[Found], *, now: datetime) -> None:
    """A post without an order that carries it; the same post recorded a moment ago is fine."""
    orders = Order.objects.in_bulk([one.order_id for one in found])
    for one in found:
        order = orders[one.order_id]
        if order.weibo_id != one.post.id:
            text = _("订单 %(number)s 已不在待发布状态，但微博 %(post)s 已经发出") % {
                "number": order.number,
                "post": one.post.id,
            }
            alarms.raise_alarm(kind="post_astray", key=f"{order.number}:{one.post.id}", text=text, now=now)
