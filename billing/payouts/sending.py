"""Send what has a number: one call per attempt, three outcomes, and unknown is never sent again blindly (F30)."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Min
from django.utils.translation import gettext_noop

from billing.models import PayoutAttempt
from billing.numbers import owners_name
from billing.payouts import attempts, outcomes
from weitask.alarms import raise_alarm
from weitask.gateways import sinapay
from weitask.gateways.errors import GatewayError, PermanentError, TemporaryError
from weitask.gateways.sinapay import SinaPayClient
from weitask.models import Alarm
from weitask.retrying import retrying

logger = logging.getLogger(__name__)

POOL: Final = 8
MOST: Final = 2_000  # attempts of one look
# Real seconds of one look. Its `now` stands still: half an hour later a number on the wire would count as never sent.
LOOK_FOR: Final = 60.0
FIRST_QUERY: Final = timedelta(minutes=1)
AGAIN: Final = timedelta(minutes=1)  # nothing happened there: the same number again
LATER: Final = timedelta(minutes=10)  # our account is empty, or our contract is broken
OURS: Final = ("fund", "app")  # causes no owner can mend
THEIRS: Final = ("card", "data")

# Claimed = unknown: a process that dies from here on leaves a number that must be asked about.
_CLAIM: Final = """
WITH due AS MATERIALIZED (
  SELECT one.id, one.sent_at, payout.owner_id, card.card_id
  FROM billing_payoutattempt AS one
  JOIN billing_payout AS payout ON payout.id = one.payout_id AND payout.conflict_at IS NULL
  JOIN billing_bankcard AS card ON card.id = one.card_id
  WHERE one.state = 'new' AND one.next_at <= %(now)s
  ORDER BY one.next_at, one.id LIMIT %(most)s
  FOR UPDATE OF one SKIP LOCKED
)
UPDATE billing_payoutattempt AS attempt
SET state = 'unknown', sent_at = %(now)s, next_at = %(query_at)s, queries = 0, code = ''
FROM due WHERE attempt.id = due.id
RETURNING attempt.id, attempt.number, attempt.amount, due.card_id, due.owner_id, due.sent_at
"""


@dataclass(frozen=True, slots=True)
class _Claimed:
    """One attempt to be sent now; `sent_before` is when the same number was sent last, if ever."""

    id: int
    number: str
    amount: int
    card_id: str
    owner_id: int
    sent_before: datetime | None


def send_due(now: datetime) -> int:
    """Send every attempt that waits; returns how many calls were made."""
    made, until = 0, time.monotonic() + LOOK_FOR
    while made < MOST and (claimed := _claim(now)):
        for one, result in _calls(claimed, now=now):
            retrying(_recording(one, result, now=now))
        made += len(claimed)
        if time.monotonic() > until:
            break
    return made


def next_due(now: datetime) -> datetime | None:
    """When the next attempt wants to be sent."""
    waiting = PayoutAttempt.objects.filter(state=PayoutAttempt.State.NEW, payout__conflict_at=None)
    return waiting.aggregate(due=Min("next_at"))["due"]


def _claim(now: datetime) -> list[_Claimed]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "query_at": now + FIRST_QUERY, "most": POOL})
        return sorted((_Claimed(*row) for row in cursor.fetchall()), key=lambda one: one.id)


def _calls(claimed: list[_Claimed], *, now: datetime) -> Iterator[tuple[_Claimed, str | GatewayError]]:
    """The calls, side by side; threads do HTTP and nothing else."""
    client = sinapay.client().pinned(now=now)
    summary = gettext_noop("微任务结算")
    with ThreadPoolExecutor(max_workers=POOL) as pool:
        yield from zip(claimed, pool.map(lambda one: _call(client, one, summary), claimed), strict=True)


def _call(client: SinaPayClient, one: _Claimed, summary: str) -> str | GatewayError:
    try:
        return client.pay_to_card(
            number=one.number,
            uid=owners_name(one.owner_id),
            card_id=one.card_id,
            amount_fen=one.amount,
            summary=summary,
        )
    except GatewayError as error:
        return error


def _recording(one: _Claimed, result: str | GatewayError, *, now: datetime) -> Callable[[], None]:
    return lambda: _record(one, result, now=now)


def _record(one: _Claimed, result: str | GatewayError, *, now: datetime) -> None:
    """Write the answer down, unless a notification was faster and ended the attempt."""
    with transaction.atomic():
        told = outcomes.lock(number=one.number, now=now)
        if told is None or told.attempt.state != PayoutAttempt.State.UNKNOWN:
            return
        if isinstance(result, str):
            # Even SUCCESS only means accepted: a notification or a query must say it too (sinapay.md 12).
            attempts.move(told.attempt, new=PayoutAttempt.State.SENT)
        elif isinstance(result, TemporaryError):
            _wait(one, told, result, until=now + max(AGAIN, timedelta(seconds=result.retry_after or 0)))
        elif isinstance(result, PermanentError):
            _refused(one, result, told)
        else:
            logger.warning("payout %s: outcome unknown: %s", one.number, result)
            PayoutAttempt.objects.filter(pk=one.id).update(code=result.code[:60])


def _wait(one: _Claimed, told: outcomes.Told, error: GatewayError, *, until: datetime) -> None:
    """Definitely not done: the same number goes again later; `sent_at` is again what it was."""
    values: dict[str, Any] = {"next_at": until, "sent_at": one.sent_before, "code": error.code[:60]}
    attempts.move(told.attempt, new=PayoutAttempt.State.NEW, **values)


def _refused(one: _Claimed, error: PermanentError, told: outcomes.Told) -> None:
    """Refused for good: whose fault decides whether the owner hears of it."""
    if error.cause not in THEIRS:
        text = gettext_noop("付款 %(number)s 被新浪支付拒绝：%(code)s") % {"number": one.number, "code": error.code}
        raise_alarm(kind=Alarm.Kind.PAYOUT_REFUSED, key=error.code, text=text, now=told.now)
    if error.cause in OURS:
        _wait(one, told, error, until=told.now + LATER)
        return
    if error.cause == "card":
        attempts.spoil_card(card_id=told.attempt.card_id, code=error.code)
    problem = gettext_noop("银行卡设置不正确") if error.cause in THEIRS else gettext_noop("付款被拒绝")
    outcomes.fail(told, problem=problem, code=error.code[:60])
