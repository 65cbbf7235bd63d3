"""Writing down what became of the tries, many at once, each in the transaction that moves its order (architecture 5).

An attempt changes only from the state its writer left it in: whoever comes too late changes nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop

from orders import announcements, attempts, halting, lifecycle
from orders.attempts import Tried, close
from orders.batches import in_batches
from orders.counting import next_hour
from orders.models import Order, PublishAttempt
from orders.moves import Cause, State
from orders.sending import Fate
from tasks.models import TaskState
from weitask import alarms
from weitask.gateways.weibo import Post
from weitask.models import Alarm


@dataclass(frozen=True)
class Found:
    """A post of ours that exists, and the attempt that made it."""

    order_id: int
    attempt_id: int
    post: Post


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
    attempts.confirm(attempt_ids=[one.attempt_id for one in found], now=now)
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
    close(groups[Fate.LATER], state=PublishAttempt.State.ARMED, now=now)
    close(groups[Fate.UNKNOWN], state=PublishAttempt.State.UNKNOWN, now=now)
    moved = _refuse(groups[Fate.REFUSED], now=now)
    posted = [
        Found(one.parcel.order_id, one.parcel.attempt_id, one.result.post)
        for one in groups[Fate.POSTED]
        if one.result.post
    ]
    return moved + confirm(found=posted, now=now)


def _refuse(refused: Sequence[Tried], *, now: datetime) -> int:
    """The attempt is refused and its order 已取消, with the cause that decides the rating (A24)."""
    closed = close(refused, state=PublishAttempt.State.REFUSED, now=now)
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


def _alarm_operator(one: Tried, now: datetime) -> None:
    if one.result.alarm:
        text = gettext_noop("发布订单 %(number)s 时微博返回 %(code)s：%(message)s") % {
            "number": one.parcel.number,
            "code": one.result.code,
            "message": one.result.message,
        }
        alarms.raise_alarm(kind=Alarm.Kind.PUBLISH_REFUSED, key=one.result.code, text=text, now=now)


def _alarm_astray(found: Sequence[Found], *, now: datetime) -> None:
    """A post without an order that carries it; the same post recorded a moment ago is fine."""
    orders = Order.objects.in_bulk([one.order_id for one in found])
    for one in found:
        order = orders[one.order_id]
        if order.weibo_id != one.post.id:
            text = gettext_noop("订单 %(number)s 已不在待发布状态，但微博 %(post)s 已经发出") % {
                "number": order.number,
                "post": one.post.id,
            }
            alarms.raise_alarm(kind=Alarm.Kind.POST_ASTRAY, key=f"{order.number}:{one.post.id}", text=text, now=now)
