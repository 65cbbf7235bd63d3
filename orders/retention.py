"""Watching posts for 24 hours and 30 days, and the verdicts on them (R82-R84, R86, R87, A4-A7, architecture 6)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
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
from weitask import alarms, arrays, faultpoints
from weitask.gateways import weibo
from weitask.models import Alarm
from weitask.questions import Question

__all__ = ["SCHEDULE", "check_due", "check_next_due"]

CHUNK: Final = 1_600  # orders of one round: 32 calls of 50, as many as the pool has threads
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
_LOCKED: Final = """
SELECT id, state, posted_at, last_seen_at, first_missing_at, exempt_from, undecided FROM orders_order
WHERE id = ANY(%s::bigint[]) AND state = ANY(%s) AND next_check_at IS NOT NULL ORDER BY id FOR NO KEY UPDATE
"""
# The evidence and what follows from it, from one and the same rows.
_WRITE: Final = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::bigint[], %(next_check_at)s::timestamptz[], %(last_seen_at)s::timestamptz[],
        %(first_missing_at)s::timestamptz[], %(exempt_from)s::timestamptz[], %(undecided)s::text[],
        %(outcome)s::text[], %(text_hash)s::text[], %(code)s::text[],
        %(reposts)s::int[], %(comments)s::int[], %(likes)s::int[], %(source_deleted)s::bool[]
    ) AS v(id, next_check_at, last_seen_at, first_missing_at, exempt_from, undecided,
           outcome, text_hash, code, reposts, comments, likes, source_deleted)
),
evidence AS (
    INSERT INTO orders_reading
        (order_id, outcome, asked_at, answered_at, text_hash, reposts, comments, likes, code)
    SELECT id, outcome, %(asked_at)s, %(answered_at)s, text_hash, reposts, comments, likes, code
    FROM given WHERE outcome IS NOT NULL
)
UPDATE orders_order o SET
    next_check_at = g.next_check_at, last_seen_at = g.last_seen_at, first_missing_at = g.first_missing_at,
    exempt_from = coalesce(o.exempt_from, g.exempt_from), undecided = g.undecided,
    reposts = coalesce(g.reposts, o.reposts), comments = coalesce(g.comments, o.comments),
    likes = coalesce(g.likes, o.likes), source_deleted = coalesce(g.source_deleted, o.source_deleted),
    counted_at = CASE WHEN g.reposts IS NULL THEN o.counted_at ELSE %(asked_at)s END
FROM given g WHERE o.id = g.id
"""
_UNASKED: Final = Sight(Reading.Outcome.UNKNOWN, asked=False)  # of an exempt order, and while the breaker is open


class _Row(NamedTuple):
    """What a verdict needs of an order; whole models of thousands of orders took longer than all the rest."""

    pk: int
    state: str
    posted_at: datetime
    last_seen_at: datetime | None
    first_missing_at: datetime | None
    exempt_from: datetime | None
    undecided: str


class _Due(NamedTuple):
    """A post whose reading is due; `uid`: its author's. Nobody is asked about an exempt one."""

    pk: int
    next_check_at: datetime
    post_id: str
    uid: str
    exempt: bool


@dataclass(frozen=True)
class _Seen:
    """The sights of one round: when they were asked for and answered, and what each order was last seen as before."""

    sights: Mapping[int, Sight]
    previous: Mapping[int, str]
    asked_at: datetime
    answered_at: datetime


_WATCHED_FOR: Final = Question(lambda: Order.objects.filter(next_check_at__isnull=False), column="next_check_at")


def check_due(now: datetime) -> int:
    """Read the posts whose reading is due and move their orders; returns how many were read or moved.

    Running it twice at once is harmless: a verdict is given on the row as it stands under its lock.
    """
    watch = Stopwatch(now)
    done = 0
    while due := _due(now):
        done += _check(due, watch=watch)
        if watch.seconds() > LOOK_FOR:
            break
    return done


def check_next_due(now: datetime) -> datetime | None:
    """When the next reading is due."""
    return _WATCHED_FOR.earliest()


def _due(now: datetime) -> list[_Due]:
    columns = (*_Row._fields, "next_check_at", "weibo_id", "account__weibo__uid")
    # By the index alone: thousands of posts may be due at one instant, and sorting them anew each round adds up.
    rows = Order.objects.due_check(now).order_by("next_check_at").values_list(*columns)[:CHUNK]
    return [_Due(row[0], row[-3], row[-2], row[-1], _is_exempt(_Row(*row[:-3]))) for row in rows]


def _is_exempt(row: _Row) -> bool:
    return row.exempt_from is not None and _facts(row, "").is_exempt


def _check(due: Sequence[_Due], *, watch: Stopwatch) -> int:
    """One round: read outside any transaction, then rule and write in one."""
    asked_at = watch.read()
    ids = [one.pk for one in due]
    latest = _latest(ids)
    targets = [Target(one.pk, one.post_id, one.uid, latest[one.pk][1]) for one in due if not one.exempt]
    sights = reading.read(targets, client=weibo.client().pinned(now=asked_at), tokens=_tokens)
    faultpoints.hit("retention.answered")
    seen = _Seen(sights, {key: value[0] for key, value in latest.items()}, asked_at, watch.read())
    recorded: set[int] = set()
    done = in_batches(
        ids=ids,
        work=lambda some: _record(some, seen, recorded),
        sweep="orders.readings",
        now=seen.answered_at,
        size=CHUNK,
    )
    if left := {one.pk: one.next_check_at for one in due if one.pk not in recorded}:
        _set_aside(left, now=seen.answered_at)
    return done


def _set_aside(due: Mapping[int, datetime], *, now: datetime) -> None:
    """A row that could not be written (its alarm is raised) must not stand in the way of the others."""
    rows = Order.objects.filter(pk__in=due).values_list("pk", "next_check_at")
    stuck = [pk for pk, next_check_at in rows if next_check_at is not None and next_check_at == due[pk]]
    Order.objects.filter(pk__in=stuck).update(next_check_at=now + STUCK_FOR)


def _latest(order_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """By order id: outcome of the last reading that brought an answer, and hash of the words last read."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [arrays.literal(order_ids)])
        return {order_id: (outcome or "", words or "") for order_id, outcome, words in cursor.fetchall()}


def _tokens(order_ids: Sequence[int]) -> dict[int, str]:
    """The accounts' own tokens by order id; without those that are dead or do not open."""
    found: dict[int, str] = {}
    valid = Order.objects.filter(pk__in=order_ids, account__weibo__token_state=WeiboAccount.Token.VALID)
    for order in valid.select_related("account__weibo"):
        with suppress(VaultError):
            found[order.pk] = weibo_binding.token_of(order.account.weibo)
    return found


def _facts(row: _Row, previous: str) -> Facts:
    return Facts(
        state=State(row.state),
        posted_at=row.posted_at,
        last_seen_at=row.last_seen_at or row.posted_at,
        first_missing_at=row.first_missing_at,
        exempt_from=row.exempt_from,
        undecided=row.undecided,
        previous=previous,
    )


def _record(order_ids: Sequence[int], seen: _Seen, recorded: set[int]) -> int:
    """Rule on each order as it stands now, under its lock, and write it all in a handful of statements."""
    share()  # before any row lock, as whoever closes a batch takes it
    rulings = {row.pk: _rule(row, seen) for row in _locked(order_ids)}
    _write(rulings, seen)
    _move(rulings, now=seen.answered_at)
    _alarm(rulings, seen)
    transaction.on_commit(lambda: recorded.update(order_ids))
    return len(rulings)


def _locked(order_ids: Sequence[int]) -> list[_Row]:
    """Lock those of the orders that are still watched, in id order, and read them as they stand."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [arrays.literal(order_ids), list(WATCHED)])
        return list(map(_Row._make, cursor.fetchall()))


def _rule(row: _Row, seen: _Seen) -> Ruling:
    facts = _facts(row, seen.previous.get(row.pk, ""))
    sight = seen.sights.get(row.pk)
    if sight is None:
        return rule_exempt(facts, now=seen.asked_at)
    return rule(facts, Observation(sight.outcome, seen.asked_at, seen.answered_at))


def _write(rulings: Mapping[int, Ruling], seen: _Seen) -> None:
    """The readings of those who were asked for, and what follows for each order."""
    sights = [_row(key, seen) for key in rulings]
    columns = {
        "ids": rulings,
        "next_check_at": (_moment(ruling.next_check_at) for ruling in rulings.values()),
        "last_seen_at": (_moment(ruling.last_seen_at) for ruling in rulings.values()),
        "first_missing_at": (_moment(ruling.first_missing_at) for ruling in rulings.values()),
        "exempt_from": (_moment(ruling.exempt_from) for ruling in rulings.values()),
        "undecided": (ruling.undecided for ruling in rulings.values()),
        "outcome": (sight.outcome if sight.asked else None for sight in sights),
        "text_hash": (sight.text_hash for sight in sights),
        "code": (sight.code for sight in sights),
        "reposts": (sight.reposts for sight in sights),
        "comments": (sight.comments for sight in sights),
        "likes": (sight.likes for sight in sights),
        "source_deleted": (sight.source_deleted or None for sight in sights),
    }
    given: dict[str, Any] = {name: arrays.literal(values) for name, values in columns.items()}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, given | {"asked_at": seen.asked_at, "answered_at": seen.answered_at})


def _row(order_id: int, seen: _Seen) -> Sight:
    """What the reading's row says, and whether there is one."""
    return seen.sights.get(order_id, _UNASKED)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


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
        alarms.raise_alarm(kind=Alarm.Kind.ORDER_UNDECIDED, key=order.number, text=text, now=seen.answered_at)
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
        alarms.raise_alarm(kind=Alarm.Kind.READINGS_BLIND, key="weibo", text=text, now=seen.answered_at)
