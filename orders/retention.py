"""Watching posts for 24 hours and 30 days, and the verdicts on them (R82-R84, R86, R87, A4-A7, architecture 6)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from django.db import connection
from django.db.models import Min, QuerySet
from django.utils.translation import gettext_noop

from accounts import weibo_binding
from accounts.models import WeiboAccount
from accounts.vault import VaultError
from orders import announcements, lifecycle, reading, verdicts
from orders.batches import in_batches
from orders.lateness import share
from orders.models import Order, Reading
from orders.moves import Cause, State
from orders.reading import Sight, Target
from orders.stopwatch import Stopwatch
from orders.verdicts import SCHEDULE, Facts, Observation, Ruling, Undecided, rule, rule_exempt
from weitask import alarms, faultpoints
from weitask.gateways import weibo

__all__ = ["SCHEDULE", "check_due", "check_next_due"]

CHUNK: Final = 800  # orders of one round: sixteen calls of 50
LOOK_FOR: Final = 60.0  # business seconds of one look; the next one takes the rest
WATCHED: Final = (State.PUBLISHED, State.ACHIEVED)
STUCK_FOR: Final = timedelta(minutes=10)
BLIND_AFTER: Final = timedelta(hours=1)  # a mark passed for so long without an answer raises an alarm

_LATEST: Final = """
SELECT o.id, last.outcome, hashed.text_hash
FROM unnest(%s::bigint[]) AS o(id)
LEFT JOIN LATERAL (
    SELECT outcome FROM orders_reading WHERE order_id = o.id AND outcome <> 'unknown' ORDER BY id DESC LIMIT 1
) last ON true
LEFT JOIN LATERAL (
    SELECT text_hash FROM orders_reading WHERE order_id = o.id AND text_hash <> '' ORDER BY id DESC LIMIT 1
) hashed ON true
"""
_WRITE: Final = """
UPDATE orders_order o SET
    next_check_at = g.next_check_at, last_seen_at = g.last_seen_at, first_missing_at = g.first_missing_at,
    exempt_from = coalesce(o.exempt_from, g.exempt_from), undecided = g.undecided,
    reposts = coalesce(g.reposts, o.reposts), comments = coalesce(g.comments, o.comments),
    likes = coalesce(g.likes, o.likes), source_deleted = coalesce(g.source_deleted, o.source_deleted),
    counted_at = CASE WHEN g.reposts IS NULL THEN o.counted_at ELSE g.asked_at END
FROM unnest(
    %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::text[],
    %s::int[], %s::int[], %s::int[], %s::bool[], %s::timestamptz[]
) AS g(id, next_check_at, last_seen_at, first_missing_at, exempt_from, undecided,
       reposts, comments, likes, source_deleted, asked_at)
WHERE o.id = g.id
"""


@dataclass(frozen=True)
class _Seen:
    """The sights of one round: when they were asked for and answered, and what each order was last seen as before."""

    sights: Mapping[int, Sight]
    previous: Mapping[int, str]
    asked_at: datetime
    answered_at: datetime


def check_due(now: datetime) -> int:
    """Read the posts whose reading is due and move their orders; returns how many were read or moved.

    Running it twice at once is harmless: a verdict is given on the row as it stands under its lock.
    """
    watch = Stopwatch(now)
    done = 0
    while due := list(_due(now)[:CHUNK]):
        done += _check(due, watch=watch)
        if watch.seconds() > LOOK_FOR:
            break
    return done


def check_next_due(now: datetime) -> datetime | None:
    """When the next reading is due."""
    return Order.objects.filter(next_check_at__isnull=False).aggregate(due=Min("next_check_at"))["due"]


def _due(now: datetime) -> "QuerySet[Order]":
    return Order.objects.due_check(now).select_related("account__weibo").order_by("next_check_at", "id")


def _check(due: Sequence[Order], *, watch: Stopwatch) -> int:
    """One round: read outside any transaction, then rule and write in one."""
    asked_at = watch.read()
    latest = _latest(due)
    exempt = {order.pk for order in due if _facts(order, "").is_exempt}
    targets = [_target(order, latest[order.pk][1]) for order in due if order.pk not in exempt]
    sights = reading.read(targets, client=weibo.client().pinned(now=asked_at))
    faultpoints.hit("retention.answered")
    seen = _Seen(sights, {key: value[0] for key, value in latest.items()}, asked_at, watch.read())
    ids = [order.pk for order in due]
    done = in_batches(
        ids=ids, work=lambda some: _record(some, seen), sweep="orders.readings", now=seen.answered_at, size=CHUNK
    )
    _set_aside({order.pk: order.next_check_at for order in due}, now=seen.answered_at)
    return done


def _set_aside(due: Mapping[int, datetime | None], *, now: datetime) -> None:
    """A row that could not be written (its alarm is raised) must not stand in the way of the others."""
    rows = Order.objects.filter(pk__in=due).values_list("pk", "next_check_at")
    stuck = [pk for pk, next_check_at in rows if next_check_at is not None and next_check_at == due[pk]]
    Order.objects.filter(pk__in=stuck).update(next_check_at=now + STUCK_FOR)


def _latest(orders: Sequence[Order]) -> dict[int, tuple[str, str]]:
    """By order id: outcome of the last reading that brought an answer, and hash of the words last read."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [[order.pk for order in orders]])
        return {order_id: (outcome or "", words or "") for order_id, outcome, words in cursor.fetchall()}


def _target(order: Order, seen_hash: str) -> Target:
    account = order.account.weibo
    try:
        token = weibo_binding.token_of(account) if account.token_state == WeiboAccount.Token.VALID else ""
    except VaultError:
        token = ""
    return Target(order.pk, order.weibo_id or "", account.uid, token, seen_hash)


def _facts(order: Order, previous: str) -> Facts:
    posted_at = cast("datetime", order.posted_at)  # of every posted order, by constraint
    return Facts(
        state=State(order.state),
        posted_at=posted_at,
        last_seen_at=order.last_seen_at or posted_at,
        first_missing_at=order.first_missing_at,
        exempt_from=order.exempt_from,
        undecided=order.undecided,
        previous=previous,
    )


def _record(order_ids: Sequence[int], seen: _Seen) -> int:
    """Rule on each order as it stands now, under its lock, and write it all in a handful of statements."""
    share()  # before any row lock, as whoever closes a batch takes it
    lifecycle.lock(order_ids=order_ids)
    orders = Order.objects.filter(pk__in=order_ids, state__in=WATCHED, next_check_at__isnull=False)
    rulings = {order.pk: _rule(order, seen) for order in orders.order_by("pk")}
    Reading.objects.bulk_create(
        [_row(key, seen) for key in rulings if key in seen.sights and seen.sights[key].asked], batch_size=1_000
    )
    _write(rulings, seen)
    _move(rulings, now=seen.answered_at)
    _alarm(rulings, seen)
    return len(rulings)


def _rule(order: Order, seen: _Seen) -> Ruling:
    facts = _facts(order, seen.previous.get(order.pk, ""))
    sight = seen.sights.get(order.pk)
    if sight is None:
        return rule_exempt(facts, now=seen.asked_at)
    return rule(facts, Observation(sight.outcome, seen.asked_at, seen.answered_at))


def _row(order_id: int, seen: _Seen) -> Reading:
    sight = seen.sights[order_id]
    return Reading(
        order_id=order_id,
        outcome=sight.outcome,
        asked_at=seen.asked_at,
        answered_at=seen.answered_at,
        text_hash=sight.text_hash,
        reposts=sight.reposts,
        comments=sight.comments,
        likes=sight.likes,
        code=sight.code,
    )


def _write(rulings: Mapping[int, Ruling], seen: _Seen) -> None:
    columns: list[list[object]] = [[] for _column in range(11)]
    for key, ruling in rulings.items():
        sight = seen.sights.get(key)
        values = (
            key,
            ruling.next_check_at,
            ruling.last_seen_at,
            ruling.first_missing_at,
            ruling.exempt_from,
            ruling.undecided,
            sight.reposts if sight else None,
            sight.comments if sight else None,
            sight.likes if sight else None,
            sight.source_deleted or None if sight else None,
            seen.asked_at,
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)


def _move(rulings: Mapping[int, Ruling], *, now: datetime) -> None:
    """The arrows, grouped: at most five statements however many orders there are."""
    groups: dict[tuple[State, Cause], list[int]] = defaultdict(list)
    for key, ruling in rulings.items():
        if ruling.new is not None and ruling.cause is not None:
            groups[ruling.new, ruling.cause].append(key)
    told = {State.ACHIEVED: announcements.achieved, State.FAILED: announcements.failed}
    for (new, cause), ids in sorted(groups.items()):
        old = State.ACHIEVED if new is State.COMPLETED else State.PUBLISHED
        moved = [row.id for row in lifecycle.move(order_ids=ids, old=[old], new=new, cause=cause, at=now)]
        if new in told:
            told[new](order_ids=moved, now=now)
    early = [key for key, ruling in rulings.items() if ruling.gone_early]
    gone = lifecycle.mark_deleted_early(order_ids=early, at=now)
    announcements.deleted_early(order_ids=[row.id for row in gone], now=now)


def _alarm(rulings: Mapping[int, Ruling], seen: _Seen) -> None:
    """Tell a person: a case to decide, a post that Weibo removed, or readings that stay without an answer."""
    open_cases = {key: ruling for key, ruling in rulings.items() if ruling.undecided}
    for order in Order.objects.filter(pk__in=open_cases).order_by("pk"):
        why = Undecided(open_cases[order.pk].undecided).label
        text = gettext_noop("订单 %(number)s 待人工裁定：%(why)s") % {"number": order.number, "why": why}
        alarms.raise_alarm(kind="order_undecided", key=order.number, text=text, now=seen.answered_at)
    removed = [
        key
        for key, ruling in rulings.items()
        if ruling.exempt_from is not None and key in seen.sights and seen.sights[key].outcome == Reading.Outcome.BLOCKED
    ]
    announcements.removed(order_ids=removed, now=seen.answered_at)
    unseen = [key for key, sight in seen.sights.items() if sight.outcome == Reading.Outcome.UNKNOWN and key in rulings]
    late = Order.objects.filter(pk__in=unseen, state=State.PUBLISHED)
    if late.filter(posted_at__lte=seen.answered_at - verdicts.EARN_AFTER - BLIND_AFTER).exists():
        text = gettext_noop("有已满 24 小时的微博超过 1 小时无法读取，订单无法判定")
        alarms.raise_alarm(kind="readings_blind", key="weibo", text=text, now=seen.answered_at)
