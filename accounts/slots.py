"""The 15-minute slots: at most one job of one account at a time, promised by the database (R29, R68, A18, L27)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from django.db import connection, transaction

from accounts.models import Slot
from weitask.periods import SLOT, START_FROM, START_TO, midnight, shanghai

_INSERT: Final = """
INSERT INTO accounts_slot (account_id, period, order_id)
SELECT account_id, tstzrange(start, start + interval '15 minutes', '[)'), order_id
FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[]) AS wanted (account_id, start, order_id)
ORDER BY account_id, start
ON CONFLICT ON CONSTRAINT slot_one_task_in_15_minutes DO NOTHING
RETURNING order_id
"""
_TAKEN: Final = """
SELECT DISTINCT wanted.account_id, wanted.start
FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (account_id, start)
JOIN accounts_slot slot ON slot.account_id = wanted.account_id
 AND slot.period && tstzrange(wanted.start, wanted.start + interval '15 minutes', '[)')
"""
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)

Pair = tuple[int, datetime]


@dataclass(frozen=True)
class Wanted:
    """A slot of `account_id` from `start` on, for one order."""

    account_id: int
    start: datetime
    order_id: int


@dataclass(frozen=True)
class Hour:
    """One hour of a Shanghai day: how many jobs begin in it, and whether a task submitted now may begin in it."""

    hour: int
    jobs: int
    is_open: bool


@dataclass(frozen=True)
class Day:
    """One Shanghai day of the calendar with its 24 hours."""

    day: date
    hours: Sequence[Hour]


class SlotTaken(Exception):
    """Nothing was taken: these accounts have another job within 15 minutes of the wanted start."""

    def __init__(self, account_ids: frozenset[int]) -> None:
        super().__init__(f"slot taken: {sorted(account_ids)}")
        self.account_ids = account_ids


def take(wanted: Sequence[Wanted]) -> None:
    """Take all the slots or none; rows go in by account and start, so that two batches meet in one order.

    Waits for a rival's transaction and then refuses or succeeds by its outcome. A row that clashes is left out by the
    statement and missed here: plain inserts that meet at an exclusion constraint may each have written before they see
    the other, and end in a deadlock. Must be inside the transaction that moves the orders.

    Raises:
        SlotTaken: another order holds an overlapping slot, or two of `wanted` overlap each other.
    """
    if not wanted:
        return
    columns = [list(column) for column in zip(*((w.account_id, w.start, w.order_id) for w in wanted), strict=True)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        placed = {order_id for (order_id,) in cursor.fetchall()}
        if left := frozenset(w.account_id for w in wanted if w.order_id not in placed):
            raise SlotTaken(left)  # inside the block, so that nothing of the batch stays


def free(*, order_ids: Sequence[int]) -> int:
    """Give the slots of these orders back (已取消); returns how many there were."""
    return Slot.objects.filter(order_id__in=order_ids).delete()[0]


def taken(*, pairs: Iterable[Pair]) -> set[Pair]:
    """Those (account id, start) pairs whose 15 minutes overlap a taken slot, in one query."""
    asked = list(pairs)
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [[account for account, _ in asked], [start for _, start in asked]])
        return {(account, start) for account, start in cursor.fetchall()}


def overlap(*, account: str, start: str) -> str:
    """The same as a condition of SQL, to be read along with rows: `account` and `start` are its words for the pair."""
    return f"""EXISTS (
    SELECT FROM accounts_slot slot
    WHERE slot.account_id = {account} AND slot.period && tstzrange({start}, {start} + interval '15 minutes', '[)'))"""


def nearest_free(*, account_id: int, start: datetime, now: datetime, count: int = 3) -> list[datetime]:
    """The `count` free starts nearest to `start` in which a task may begin, nearest first (R29, R25, R26).

    Offered are the wanted start itself, the edges of the jobs around it, and steps of 15 minutes from those edges.
    """
    return nearest_free_of(pairs=[(account_id, start)], now=now, count=count)[account_id, start]


def nearest_free_of(*, pairs: Collection[Pair], now: datetime, count: int = 3) -> dict[Pair, list[datetime]]:
    """The same for many (account id, wanted start), in one query."""
    first, last = _whole_minute_from(now + START_FROM), now + START_TO
    near = Slot.objects.filter(
        account_id__in={account for account, _ in pairs}, period__overlap=(first - SLOT, last + SLOT)
    )
    busy: dict[int, list[datetime]] = defaultdict(list)
    for account, start in near.order_by("start_at").values_list("account_id", "start_at"):
        busy[account].append(start)
    return {
        (account, start): _nearest(start, busy[account], between=(first, last), count=count) for account, start in pairs
    }


def calendar(*, account_id: int, now: datetime) -> list[Day]:
    """The days in which a task submitted now may begin, hour by hour, with the jobs the account has taken on (R29)."""
    first, last = _whole_minute_from(now + START_FROM), now + START_TO
    begin = midnight(shanghai(first).date())
    taken = Slot.objects.filter(account_id=account_id, start_at__gte=begin, start_at__lte=last)
    jobs = Counter(
        shanghai(start).replace(minute=0, second=0, microsecond=0) for start in taken.values_list("start_at", flat=True)
    )
    hours = [begin + number * _HOUR for number in range(((last - begin) // _DAY + 1) * 24)]
    shown = [(at, Hour(at.hour, jobs[at], is_open=at + _HOUR > first and at <= last)) for at in map(shanghai, hours)]
    return [Day(day, [hour for _at, hour in some]) for day, some in groupby(shown, key=lambda one: one[0].date())]


def _nearest(
    start: datetime, busy: Sequence[datetime], *, between: tuple[datetime, datetime], count: int
) -> list[datetime]:
    first, last = between
    offered = {start, first}
    for edge in busy:
        offered.update(edge + step * SLOT for step in range(-count, count + 1))
    free_ones = [moment for moment in offered if first <= moment <= last and _is_free(moment, busy)]
    return sorted(free_ones, key=lambda moment: (abs(moment - start), moment))[:count]


def _is_free(moment: datetime, busy: Sequence[datetime]) -> bool:
    return all(abs(moment - other) >= SLOT for other in busy)


def _whole_minute_from(moment: datetime) -> datetime:
    down = moment.replace(second=0, microsecond=0)
    return down if down == moment else down + _MINUTE
