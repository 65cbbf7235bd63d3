"""The Friday batch: every order earned by 00:00 Shanghai, once, in chunks of whole owners (R126, R132, A8, A34, L19).

A run survives being killed anywhere: the run row is unique per cut-off, an order's line is unique for ever, and each
chunk is one transaction. What is not in yet is found again by the next look.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from billing import audit, payouts
from billing.models import PayoutRun
from orders import lateness
from orders.models import Order
from orders.moves import State
from weitask import plans
from weitask.alarms import raise_alarm
from weitask.models import Alarm
from weitask.periods import EARN_AFTER, cutoff_at_or_before
from weitask.questions import Question
from weitask.refusal import Refusal
from weitask.retrying import retrying

NOT_BEFORE: Final = timedelta(minutes=10)  # after the cut-off; at once when no 24-hour check is open any more
AT_LATEST: Final = timedelta(hours=12)
CHUNK: Final = 20_000  # orders of one transaction, a second or two; chunked by count because payees are skewed
PAYOUT_WEIGHS: Final = 4  # a payout, with its attempt and its transfer, costs as much as so many orders
ALARM: Final = Alarm.Kind.SETTLEMENT

# A line is looked for where there may be one: no other batch reaches beyond the newest of their cut-offs, and whoever
# has a payout of this batch is through. It is a look at the key per order; a join would read all lines ever made.
_DUE: Final = """
o.achieved_at <= %(cutoff)s AND o.state IN ('achieved', 'completed')
AND (
  o.achieved_at > (SELECT coalesce(max(cutoff), '-infinity') FROM billing_payoutrun WHERE id <> %(run)s)
  OR (SELECT l.order_id FROM billing_payoutline l WHERE l.order_id = o.id) IS NULL
)
AND NOT EXISTS (SELECT FROM billing_payout p WHERE p.run_id = %(run)s AND p.owner_id = o.owner_id)
"""
_OWNERS: Final = f"SELECT o.owner_id, count(*) FROM orders_order o WHERE {_DUE} GROUP BY 1 ORDER BY 1"  # noqa: S608
# A temporary table, and not a list or a subquery: the planner sees how large it is, and payouts, lines and the notes of
# lateness speak of the same orders. It is dropped by the transaction that makes it.
_SET_ASIDE: Final = (
    f"CREATE TEMP TABLE settlement_chunk AS"  # noqa: S608
    f" SELECT o.id AS order_id, o.owner_id, o.price AS amount FROM orders_order o"
    f" WHERE {_DUE} AND o.owner_id BETWEEN %(first)s AND %(last)s"
)
_CHUNK: Final = "SELECT order_id, owner_id, amount FROM settlement_chunk"
_PUT_AWAY: Final = "DROP TABLE settlement_chunk"


class AuditFailed(Exception):
    """The book does not add up: nothing is paid before a person has looked (architecture 4)."""


@dataclass(frozen=True)
class Chunk:
    """Owners `first` to `last` by id, who weigh at most `CHUNK` together; a busier owner is a chunk alone."""

    first: int
    last: int


def settle_due(now: datetime) -> int:
    """Finish a batch that was begun, else make that of the newest cut-off when it is time; returns the orders taken in.

    An open alarm of a failed audit stops it until a person has resolved the alarm.
    """
    cutoff = _next_cutoff(now)
    if _due_at(cutoff=cutoff, now=now) > now or not _is_wanted(cutoff):
        return 0
    if Alarm.objects.filter(kind=ALARM, key=cutoff.isoformat(), resolved_at=None).exists():
        return 0
    try:
        return settle(cutoff=cutoff, now=now)
    except AuditFailed as error:
        raise_alarm(kind=ALARM, key=cutoff.isoformat(), text=str(error), now=now)
        return 0


def next_due(now: datetime) -> datetime | None:
    """When the batch of this week or the next one may be made."""
    cutoff = _next_cutoff(now)
    if not _is_wanted(cutoff):
        if not _EARNED.any():
            return None
        cutoff += timedelta(days=7)
    return max(now, _due_at(cutoff=cutoff, now=now))


def settle(*, cutoff: datetime, now: datetime) -> int:
    """Put every order earned at or before `cutoff` (a Friday 00:00 Shanghai) into its batch; returns how many.

    A second call finds nothing to do. Two calls at once share the work or one of them finds nothing.

    Raises:
        AuditFailed: the audit found a violation; the batch is not begun.
        Refusal: `cutoff_ahead`: the Friday has not come.
    """
    if cutoff > now:
        raise Refusal("cutoff_ahead", _("结算时间未到"))
    run = PayoutRun.objects.filter(cutoff=cutoff).first()
    if run is None:
        _audit(now)
        run = payouts.open_run(cutoff=cutoff, now=now)
    if run.finished_at is not None:
        return 0
    taken = 0
    for chunk in list(_chunks(run)):
        done = retrying(lambda chunk=chunk: _take(run, chunk, now=now))  # type: ignore[misc]
        if done is None:
            return taken
        taken += done
    _close(run, now=now)
    return taken


def _audit(now: datetime) -> None:
    # After an outage of every sweep L24 would only find that nobody was there to raise the alarm.
    payouts.alarm_due(now)
    violations = audit.run(as_of=now)
    if violations:
        first = violations[0]
        message = gettext_noop("对账有 %(count)s 处不符，本期结算暂停；第一处为 %(rule)s：%(row)s")
        raise AuditFailed(message % {"count": len(violations), "rule": first.rule, "row": first.row})


def _due_at(*, cutoff: datetime, now: datetime) -> datetime:
    """From 00:10 on, once no 24-hour check due before the cut-off is open; at 12:00 in any case (A34).

    A check is no longer open once the order waits for a person: that may last for weeks, and holds up nobody else (A8).
    """
    opened = PayoutRun.objects.filter(cutoff=cutoff).exists()
    if opened or now < cutoff + NOT_BEFORE or now >= cutoff + AT_LATEST:
        return cutoff + NOT_BEFORE
    unproven = Order.objects.filter(state=State.PUBLISHED, posted_at__lte=cutoff - EARN_AFTER, undecided="")
    return cutoff + (AT_LATEST if unproven.exists() else NOT_BEFORE)


_BEGUN: Final = Question(lambda: PayoutRun.objects.filter(finished_at=None), column="cutoff")
_EARNED: Final = Question(lambda: Order.objects.filter(achieved_at__isnull=False))


def _next_cutoff(now: datetime) -> datetime:
    """The newest Friday, or an earlier one whose batch was begun and never finished."""
    return _BEGUN.earliest() or cutoff_at_or_before(now)


def _is_wanted(cutoff: datetime) -> bool:
    """A batch that is not finished, once anything was ever earned by then."""
    if PayoutRun.objects.filter(cutoff=cutoff, finished_at__isnull=False).exists():
        return False
    return Order.objects.filter(achieved_at__lte=cutoff).exists()


def _chunks(run: PayoutRun) -> Iterator[Chunk]:
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, {"cutoff": run.cutoff, "run": run.pk})
        owners = cursor.fetchall()
    first = last = None
    count = 0
    for owner, orders in owners:
        weight = orders + PAYOUT_WEIGHS
        if first is not None and last is not None and count + weight > CHUNK:
            yield Chunk(first, last)
            first, count = None, 0
        first = owner if first is None else first
        last = owner
        count += weight
    if first is not None and last is not None:
        yield Chunk(first, last)


def _take(run: PayoutRun, chunk: Chunk, *, now: datetime) -> int | None:
    """One chunk in one transaction; None when another process is at this run or has closed it."""
    with transaction.atomic():
        plans.by_index()
        mine = PayoutRun.objects.select_for_update(skip_locked=True, no_key=True)
        if mine.filter(pk=run.pk, finished_at=None).first() is None:
            return None
        count = _lines(run, chunk)
        if count:  # none when the other process was here since the chunks were cut
            payouts.add(run=run, lines=payouts.Chosen(_CHUNK), now=now)
            lateness.note_no_batch(orders=_CHUNK, run=run, now=now)
        _put_away()
    return count


def _lines(run: PayoutRun, chunk: Chunk) -> int:
    """Set the due orders of a chunk aside; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_SET_ASIDE, {"cutoff": run.cutoff, "run": run.pk, "first": chunk.first, "last": chunk.last})
        return int(cursor.rowcount)


def _put_away() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PUT_AWAY)


def _close(run: PayoutRun, *, now: datetime) -> None:
    """Every chunk is in: whoever was proven meanwhile is left out with a reason, and the totals are noted."""

    def close() -> None:
        with transaction.atomic():
            if PayoutRun.objects.select_for_update(no_key=True).filter(pk=run.pk, finished_at=None).first() is None:
                return
            lateness.close_alone()
            lateness.note_left_out(run=run, now=now)
            payouts.close_run(run=run, now=now)

    retrying(close)
