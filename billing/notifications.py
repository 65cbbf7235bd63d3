"""What Sina Pay tells us by itself: believed only when signed, done once, answered after the commit (sinapay.md 8)."""

import logging
import re
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from billing import payouts, suspense, topups
from billing.models import PaymentNotice, PayoutAttempt, TopUp
from weitask import money
from weitask.alarms import raise_alarm
from weitask.gateways import sinapay
from weitask.gateways.errors import GatewayError, TemporaryError
from weitask.gateways.sinapay import Notification, Trade
from weitask.models import Alarm

logger = logging.getLogger(__name__)
Kind, State, Outcome = PaymentNotice.Kind, PaymentNotice.State, PaymentNotice.Outcome

SUCCESS: Final = "success"
FAIL: Final = "fail"
_ENDS: Final = (State.SUCCESS, State.FAILED)
_OURS: Final = re.compile(r"[A-Za-z0-9_]{1,32}")

_KEEP: Final = """
INSERT INTO billing_paymentnotice (kind, notify_id, number, state, amount, body, outcome, received_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (kind, number, state) DO NOTHING
"""


class _Contradicted(Exception):
    """The notice says something else than we know: Sina's own list must decide."""


def receive(*, body: bytes, now: datetime) -> str:
    """Take one notification; answers what Sina is to be told: `success`, or `fail` so that it comes again.

    Call it outside any transaction: `success` may be said only after the commit (F28).

    Raises:
        ForgedNotification: Sina did not sign exactly this for us (F24).
    """
    notice = sinapay.parse_notification(fields_body=body, config=sinapay.client().config)
    if _known(notice):
        return SUCCESS
    try:
        if notice.kind == Kind.DEPOSIT:
            _deposit(notice, now=now)
        elif notice.kind == Kind.WITHDRAW:
            _payout(notice, now=now)
        else:
            _keep(notice, Outcome.IGNORED, now=now)
    except GatewayError as error:
        logger.warning("%s %s: Sina's list could not be read: %s", notice.kind, notice.number, error)
        return FAIL
    return SUCCESS


def _deposit(notice: Notification, *, now: datetime) -> None:
    topup = TopUp.objects.filter(number=notice.number).first()
    if topup is None or topup.amount != notice.amount_fen:
        _misplaced_deposit(notice, now=now)
        return
    try:
        _plain_deposit(notice, now=now)
    except _Contradicted:
        trade = sinapay.client().query_deposit(number=notice.number)
        if trade is None or trade.state not in _ENDS:
            # Nobody would ask again about a recharge that has ended here: the notice itself must come again.
            _doubt(notice, now=now)
            raise TemporaryError(code="no_end") from None
        with transaction.atomic():
            topups.believe(number=notice.number, trade=trade, now=now)
            _keep(notice, Outcome.ASKED, now=now)


def _plain_deposit(notice: Notification, *, now: datetime) -> None:
    """The usual case: a pending top-up ends as the notice says, or it ended so before."""
    with transaction.atomic():
        topup = TopUp.objects.select_for_update().get(number=notice.number)
        if not _keep(notice, Outcome.DONE, now=now):
            return
        if notice.state not in _ENDS:
            return  # an end is never overwritten by PROCESSING
        if topup.state == TopUp.State.PENDING:
            trade = Trade(notice.number, topup.amount, notice.state, now, now)
            topups.believe(number=notice.number, trade=trade, now=now)
        elif topup.state != notice.state.lower():
            raise _Contradicted


def _misplaced_deposit(notice: Notification, *, now: datetime) -> None:
    """An order we do not know, or another amount than ordered: no credit, a line in suspense, an alarm (F25)."""
    trade = sinapay.client().query_deposit(number=notice.number) if _OURS.fullmatch(notice.number) else None
    with transaction.atomic():
        # Read after the call: money that was credited meanwhile must not be found a second time.
        topup = TopUp.objects.select_for_update().filter(number=notice.number).first()
        if not _keep(notice, Outcome.SUSPENSE, now=now):
            return
        if notice.state != State.SUCCESS or (topup is not None and topup.state == TopUp.State.SUCCESS):
            _doubt(notice, now=now)
            return
        said = notice.amount_fen or 0
        reason = (
            gettext_noop("通知金额 %(amount)s 元与充值单不符")
            if topup
            else gettext_noop("未知充值单，通知金额 %(amount)s 元")
        )
        suspense.park(number=notice.number[:32], amount=said, reason=reason % {"amount": money.display(said)}, now=now)
        if topup is not None:
            topups.believe(number=notice.number, trade=trade, now=now)
        elif trade is not None and trade.state == State.SUCCESS:
            suspense.confirm(number=notice.number, amount=trade.amount_fen, now=now)


def _doubt(notice: Notification, *, now: datetime) -> None:
    """A person must see that a notice and what we know of its recharge do not go together."""
    text = gettext_noop("通知与充值单 %(number)s 不符：%(state)s") % {"number": notice.number, "state": notice.state}
    raise_alarm(kind=Alarm.Kind.TOPUP_CONFLICT, key=notice.number, text=text, now=now)


def _payout(notice: Notification, *, now: datetime) -> None:
    with transaction.atomic():
        attempt = PayoutAttempt.objects.filter(number=notice.number).first()
        if attempt is not None and attempt.amount == notice.amount_fen:
            outcome = payouts.answer(number=notice.number, state=notice.state, now=now)
            _keep(notice, outcome, now=now)
            return
        # Nothing is booked on it: the query of the sweep compares number and amount itself.
        if _keep(notice, Outcome.MISPLACED, now=now):
            text = gettext_noop("付款通知 %(number)s 的单号或金额与账本不符") % {"number": notice.number}
            raise_alarm(kind=Alarm.Kind.PAYOUT_CONFLICT, key=notice.number, text=text, now=now)


def _known(notice: Notification) -> bool:
    rows = PaymentNotice.objects.filter(kind=notice.kind[:40], number=notice.number[:32], state=notice.state[:20])
    return rows.exists()


def _keep(notice: Notification, outcome: str, *, now: datetime) -> bool:
    """Write the notice down for ever; False when the same was written before, also by somebody at this moment."""
    fields = [notice.kind[:40], notice.notify_id[:64], notice.number[:32], notice.state[:20]]
    body = "\n".join(f"{name}={value}" for name, value in sorted(notice.raw.items()))
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*fields, notice.amount_fen or 0, body, outcome[:20], now])
        return cursor.rowcount == 1
