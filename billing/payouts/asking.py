"""Ask Sina's own list about numbers whose fate is open; "not found" counts only after 30 minutes (sinapay.md 9)."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from django.db.models import F, Min
from django.utils.translation import gettext_noop

from billing.models import Payout, PayoutAttempt
from billing.payouts import attempts, outcomes
from weitask.alarms import raise_alarm
from weitask.gateways import sinapay
from weitask.gateways.errors import GatewayError, TemporaryError
from weitask.gateways.sinapay import SinaPayClient, Trade
from weitask.models import Alarm
from weitask.retrying import retrying

logger = logging.getLogger(__name__)

BATCH: Final = 200
POOL: Final = 8
SOON: Final = timedelta(minutes=1)
ABSENT_AFTER: Final = timedelta(minutes=30)
FOR_EVER: Final = timedelta(hours=6)
ASKED: Final = (PayoutAttempt.State.SENT, PayoutAttempt.State.UNKNOWN)
_minutes = (timedelta(minutes=one) for one in (1, 5, 15, 30))
_hours = (timedelta(hours=one) for one in range(1, 49))
QUERY_AGES: Final = tuple(chain(_minutes, _hours))  # since sending; then every six hours until the fate is known


def query_due(now: datetime) -> int:
    """Ask about the attempts whose time has come; returns how many came to an end or go out again."""
    due = PayoutAttempt.objects.filter(state__in=ASKED, next_at__lte=now).order_by("next_at", "pk")
    moved = 0
    for attempt, found in _questions(list(due[:BATCH]), now=now):
        try:
            moved += _record(attempt, found, now=now)
        except Exception:
            logger.exception("payout %s could not be settled", attempt.number)
            PayoutAttempt.objects.filter(pk=attempt.pk).update(next_at=now + SOON)
    return moved


def next_due(now: datetime) -> datetime | None:
    """When the next number wants to be asked about."""
    asked = PayoutAttempt.objects.filter(state__in=ASKED)
    return asked.aggregate(due=Min("next_at"))["due"]


def _questions(
    attempts: list[PayoutAttempt], *, now: datetime
) -> Iterator[tuple[PayoutAttempt, Trade | GatewayError | None]]:
    """Sina's answers; threads do HTTP and nothing else."""
    if not attempts:
        return
    client = sinapay.client().pinned(now=now)
    with ThreadPoolExecutor(max_workers=POOL) as pool:
        yield from zip(attempts, pool.map(lambda one: ask(client, one.number), attempts), strict=True)


def ask(client: SinaPayClient, number: str) -> Trade | GatewayError | None:
    """What Sina's list has under a number, or the error that stood in the way."""
    try:
        return client.query_payout(number=number)
    except GatewayError as error:
        return error


def _record(attempt: PayoutAttempt, found: Trade | GatewayError | None, *, now: datetime) -> bool:
    if isinstance(found, GatewayError):
        _postpone(attempt, found, now=now)
        return False
    if found is None:
        return _absent(attempt, now=now)
    if found.amount_fen != attempt.amount:
        _other_amount(attempt, found, now=now)
        return False
    retrying(lambda: outcomes.answer(number=attempt.number, state=found.state, now=now))
    pause = _pause(now - (attempt.sent_at or attempt.made_at))
    # Sina knows the number: while it has no end, it is under way and no longer unknown.
    under_way: dict[str, Any] = {"queries": F("queries") + 1, "next_at": now + pause}
    return not attempts.move(attempt, old=ASKED, new=PayoutAttempt.State.SENT, **under_way)


def _absent(attempt: PayoutAttempt, *, now: datetime) -> bool:
    """Not found: after 30 minutes the call cannot be in flight any more, and the SAME number is sent again."""
    age = now - (attempt.sent_at or attempt.made_at)
    if age < ABSENT_AFTER:
        rows = PayoutAttempt.objects.filter(pk=attempt.pk, state__in=ASKED)
        rows.update(queries=F("queries") + 1, next_at=now + _pause(age))
        return False
    return attempts.move(attempt, new=PayoutAttempt.State.NEW, next_at=now)


def _other_amount(attempt: PayoutAttempt, found: Trade, *, now: datetime) -> None:
    """Sina's list has our number with another amount: nothing is booked, nothing is sent, a person looks."""
    Payout.objects.filter(pk=attempt.payout_id, conflict_at=None).update(conflict_at=now)
    PayoutAttempt.objects.filter(pk=attempt.pk).update(next_at=now + FOR_EVER, code=outcomes.CONFLICT)
    text = gettext_noop("付款 %(number)s：新浪支付记录的金额为 %(fen)d 分，与账本不符") % {
        "number": attempt.number,
        "fen": found.amount_fen,
    }
    raise_alarm(kind=Alarm.Kind.PAYOUT_CONFLICT, key=attempt.number, text=text, now=now)


def _postpone(attempt: PayoutAttempt, error: GatewayError, *, now: datetime) -> None:
    logger.warning("payout %s: no answer to the query: %s", attempt.number, error)
    if not isinstance(error, TemporaryError):
        raise_alarm(kind=Alarm.Kind.PAYOUT_QUERY, key=error.code, text=str(error), now=now)
    PayoutAttempt.objects.filter(pk=attempt.pk, state__in=ASKED).update(next_at=now + SOON)


def _pause(age: timedelta) -> timedelta:
    """Time until the next question to a number sent `age` ago."""
    later = next((one for one in QUERY_AGES if one > age), age + FOR_EVER)
    return later - age
