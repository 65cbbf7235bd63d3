"""The only writer of `PublishAttempt.state`: armed → sending → confirmed | refused | unknown → confirmed | absent.

An attempt changes only from the state its writer left it in: whoever comes too late changes nothing (architecture 5).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from orders import lifecycle
from orders.models import Order, PublishAttempt
from orders.moves import State
from orders.sending import Parcel, Result
from tasks.models import TaskState
from weitask.periods import POST_WINDOW

TRIES: Final = 2
AHEAD: Final = timedelta(seconds=60)  # before its start an order is made ready: timeline read, pictures uploaded
READY_FOR: Final = timedelta(seconds=120)  # then the timeline is read again before anything is sent
CLAIMED_FOR: Final = timedelta(seconds=30)  # then another worker may take an armed attempt over
SEND_WITHIN: Final = timedelta(seconds=30)  # real time from the commit of `sending` to the last write
ARRIVES_WITHIN: Final = timedelta(seconds=60)  # real time from the last write to the last byte of any answer
RECONCILE_AFTER: Final = timedelta(seconds=180)  # longer than SEND_WITHIN, a call's time-out and 20032's two minutes
LOOKED_FOR: Final = timedelta(seconds=60)  # a reconciler's claim
RETRY_FROM: Final = timedelta(seconds=5)
RETRY_TO: Final = timedelta(seconds=60)
ON_THE_WIRE: Final = (PublishAttempt.State.SENDING, PublishAttempt.State.UNKNOWN)

_CLAIMABLE: Final = """
SELECT o.id FROM orders_order o JOIN tasks_task t ON t.id = o.task_id
WHERE o.state = 'accepted' AND o.start_at <= %(now)s + %(ahead)s AND o.start_at > %(now)s - %(window)s
  AND t.state <> %(halted)s
  AND NOT EXISTS (
    SELECT FROM orders_publishattempt a WHERE a.order_id = o.id
    AND (a.state IN ('sending', 'unknown') OR (a.state = 'armed' AND a.next_at > %(now)s)))
ORDER BY o.start_at, o.id LIMIT %(limit)s FOR NO KEY UPDATE OF o SKIP LOCKED
"""
_TAKE_OVER: Final = """
UPDATE orders_publishattempt SET next_at = %(until)s
WHERE order_id = ANY(%(ids)s) AND state = 'armed' AND next_at <= %(now)s RETURNING id
"""
# The claimer holds the orders' locks, so nobody else arms them; the partial unique index is the second lock.
_ARM: Final = """
INSERT INTO orders_publishattempt
    (order_id, number, state, base_post_id, pic_ids, armed_at, next_at, full_reads, saw_deletion, code, message)
SELECT o.id, 1 + count(a.id), 'armed', '', '{}', %(now)s, %(until)s, 0, false, '', ''
FROM orders_order o LEFT JOIN orders_publishattempt a ON a.order_id = o.id
WHERE o.id = ANY(%(ids)s) GROUP BY o.id
HAVING count(a.id) < %(tries)s AND count(*) FILTER (WHERE a.state IN ('armed', 'sending', 'unknown')) = 0
ORDER BY o.start_at, o.id
ON CONFLICT DO NOTHING RETURNING id
"""
_PUT_BY: Final = """
UPDATE orders_publishattempt a SET
    base_post_id = g.base, pic_ids = string_to_array(g.pictures, ','), next_at = o.start_at,
    prepared_at = CASE g.base WHEN '' THEN NULL ELSE %(now)s::timestamptz END
FROM unnest(%(ids)s::bigint[], %(bases)s::text[], %(pictures)s::text[]) AS g(id, base, pictures), orders_order o
WHERE a.id = g.id AND a.state = 'armed' AND o.id = a.order_id
"""
_DROP_STALE: Final = """
UPDATE orders_publishattempt a SET state = 'absent', code = 'order_over', answered_at = %(now)s, next_at = NULL
FROM orders_order o WHERE o.id = a.order_id AND o.state <> 'accepted' AND a.state = 'armed' AND a.next_at <= %(now)s
"""
_SENDING: Final = """
UPDATE orders_publishattempt a
SET state = 'sending', base_post_id = g.base, sent_at = %(now)s, next_at = %(now)s + %(after)s, prepared_at = NULL,
    deadline = clock_timestamp() + %(within)s
FROM unnest(%(ids)s::bigint[], %(bases)s::text[]) AS g(id, base), orders_order o, tasks_task t
WHERE a.id = g.id AND a.state = 'armed' AND o.id = a.order_id AND t.id = o.task_id
  AND o.state = 'accepted' AND o.start_at <= %(now)s AND o.start_at + %(window)s > %(now)s AND t.state <> %(halted)s
RETURNING a.id
"""
_CLOSE: Final = """
UPDATE orders_publishattempt a
SET state = %(state)s, code = g.code, message = g.message, answered_at = %(now)s,
    next_at = CASE %(state)s
        WHEN 'unknown' THEN a.sent_at + %(after)s
        WHEN 'armed' THEN %(now)s + greatest(%(from)s, least(%(to)s,
            greatest((%(now)s - greatest(a.armed_at, o.start_at)) / 2, g.wait)))
    END
FROM unnest(%(ids)s::bigint[], %(codes)s::text[], %(messages)s::text[], %(waits)s::interval[])
     AS g(id, code, message, wait), orders_order o
WHERE a.id = g.id AND o.id = a.order_id AND a.state = ANY(%(old)s)
RETURNING a.id
"""
_CLOSE_OVER: Final = """
UPDATE orders_publishattempt a SET next_at = NULL, answered_at = %(now)s,
    state = CASE WHEN o.weibo_id IS NULL THEN 'absent' ELSE 'confirmed' END
FROM orders_order o
WHERE o.id = a.order_id AND o.state <> 'accepted' AND a.state IN ('sending', 'unknown') AND a.next_at <= %(now)s
"""
# Materialised: as a plain subquery PostgreSQL may run it again and claim more than the limit.
# A post takes real time to arrive, and the clock of a demo is set forward: the deadline, which is real, counts as well.
# Where the clock is pinned, nobody sends meanwhile.
_CLAIM_UNKNOWN: Final = """
WITH due AS MATERIALIZED (
    SELECT id FROM orders_publishattempt WHERE state IN ('sending', 'unknown') AND next_at <= %(now)s
    AND (state = 'unknown' OR deadline IS NULL OR deadline + %(arrives)s < clock_timestamp()
         OR EXISTS (SELECT FROM weitask_clock WHERE pinned IS NOT NULL))
    ORDER BY next_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE orders_publishattempt a SET next_at = %(until)s, state = 'unknown',
    code = CASE a.state WHEN 'sending' THEN 'no_answer' ELSE a.code END
FROM due WHERE a.id = due.id
RETURNING a.id
"""


@dataclass(frozen=True)
class Tried:
    """A try and what became of it; `before`: the states its attempt may still be in for this to count."""

    parcel: Parcel
    result: Result
    before: tuple[str, ...]


def claim(*, limit: int, now: datetime) -> list[int]:
    """Arm the next attempts of orders whose start is near or past, or take over armed ones that are due; attempt ids.

    From `AHEAD` before its start an order may be claimed to be made ready (`put_by`); those whose start has come are
    claimed first. Orders that another worker is claiming are skipped.
    """
    given: dict[str, Any] = {
        "now": now,
        "ahead": AHEAD,
        "until": now + CLAIMED_FOR,
        "window": POST_WINDOW,
        "halted": TaskState.HALTED,
        "tries": TRIES,
        "limit": limit,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIMABLE, given)
        given["ids"] = ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return []
        cursor.execute(_TAKE_OVER, given)
        taken = [row[0] for row in cursor.fetchall()]
        cursor.execute(_ARM, given)
        taken += [row[0] for row in cursor.fetchall()]
        Order.objects.filter(pk__in=ids, publishing_since=None).update(publishing_since=now)
    return taken


def put_by(*, parcels: Sequence[Parcel], now: datetime) -> None:
    """Keep what is ready before its start, for whoever claims it then; a parcel without a base is to be made ready.

    Nothing has been sent for these, and nothing will be before `to_sending`.
    """
    if not parcels:
        return
    with connection.cursor() as cursor:
        given: dict[str, Any] = {
            "ids": [parcel.attempt_id for parcel in parcels],
            "bases": [parcel.base_post_id for parcel in parcels],
            "pictures": [",".join(parcel.pic_ids) for parcel in parcels],
            "now": now,
        }
        cursor.execute(_PUT_BY, given)


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


def close(tried: Sequence[Tried], *, state: PublishAttempt.State, now: datetime) -> Collection[int]:
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


def confirm(*, attempt_ids: Collection[int], now: datetime) -> int:
    """The posts of these attempts exist. Seen later than a proof of absence, or before a next try, it is the truth."""
    states = (*PublishAttempt.LIVE, PublishAttempt.State.ABSENT)
    rows = PublishAttempt.objects.filter(pk__in=attempt_ids, state__in=states)
    return rows.update(state=PublishAttempt.State.CONFIRMED, answered_at=now, next_at=None)


def prove_absent(*, attempt: PublishAttempt, now: datetime) -> bool:
    """unknown → absent; False when the answer came meanwhile."""
    rows = PublishAttempt.objects.filter(pk=attempt.pk, state=PublishAttempt.State.UNKNOWN)
    return rows.update(state=PublishAttempt.State.ABSENT, answered_at=now, next_at=None) == 1


def disarm(*, order_ids: Collection[int], now: datetime) -> int:
    """armed → absent for orders that were cancelled: nothing of them was ever sent."""
    armed = PublishAttempt.objects.filter(order_id__in=order_ids, state=PublishAttempt.State.ARMED)
    cancelled = armed.filter(order__state=State.CANCELLED)
    return cancelled.update(state=PublishAttempt.State.ABSENT, answered_at=now, next_at=None)


def settle(*, order: Order, posted: bool, now: datetime) -> int:
    """A person says what became of an order's live attempt; the caller holds the order's lock."""
    live = PublishAttempt.objects.filter(order=order, state__in=PublishAttempt.LIVE)
    state = PublishAttempt.State.CONFIRMED if posted else PublishAttempt.State.ABSENT
    return live.update(state=state, answered_at=now, next_at=None)


def claim_unknown(*, limit: int, now: datetime) -> list[int]:
    """Attempts to look for now; one still `sending` after 180 s has lost its sender and becomes unknown."""
    with transaction.atomic(), connection.cursor() as cursor:
        given: dict[str, Any] = {"now": now, "until": now + LOOKED_FOR, "limit": limit, "arrives": ARRIVES_WITHIN}
        cursor.execute(_CLAIM_UNKNOWN, given)
        return [row[0] for row in cursor.fetchall()]


def drop_stale(*, now: datetime) -> int:
    """Close armed attempts of orders that are over."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP_STALE, {"now": now})
        return cursor.rowcount


def close_over(*, now: datetime) -> int:
    """Close unknown attempts of orders whose fate a person decided."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_OVER, {"now": now})
        return cursor.rowcount
