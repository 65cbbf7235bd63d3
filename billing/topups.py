"""充值 through Sina Pay: a row before the call, credited once, found by query when the notification is lost (R125)."""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from django.db import transaction
from django.db.models import F, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Advertiser
from billing import ledger, messages, suspense
from billing.models import AccountKind, Reason, SuspenseItem, TopUp
from billing.numbers import new_number
from weitask import money
from weitask.alarms import raise_alarm
from weitask.gateways import sinapay
from weitask.gateways.errors import GatewayError, TemporaryError, UnknownError
from weitask.gateways.sinapay import Trade
from weitask.models import Alarm
from weitask.refusal import Refusal
from weitask.retrying import retrying

logger = logging.getLogger(__name__)

MAX_AMOUNT: Final = 10**10  # fen
BATCH: Final = 200
LOOK_FOR: Final = 60.0  # real seconds of one look
SOON: Final = timedelta(minutes=1)
GIVE_UP: Final = timedelta(days=7)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


def _ages() -> Iterator[timedelta]:
    """Ages of a top-up at which it is asked about: a lost notice is found within 5 minutes at first (F27)."""
    first_hours = (minutes * _MINUTE for minutes in range(5, 121, 5))
    first_day = (hours * _HOUR for hours in range(3, 25))
    first_week = (hours * _HOUR for hours in range(30, 24 * 7, 6))
    yield from chain([SOON], first_hours, first_day, first_week, [GIVE_UP])


QUERY_AGES: Final = tuple(_ages())


class Unavailable(Refusal):
    """Sina Pay cannot be used just now; nothing was charged: 503."""

    status = 503


def start(*, advertiser: Advertiser, amount: int, payer_ip: str, now: datetime) -> TopUp:
    """Open a recharge of `amount` fen at Sina's cashier; the browser goes to `cashier_url`.

    The row is committed before the call (its own transaction). After an unknown outcome there is no `cashier_url`, and
    the sweep finds out; the advertiser may simply start another one.

    Raises:
        Refusal: the amount is not payable.
        Unavailable: Sina definitely did not open it; the row says 失败.
    """
    if not 0 < amount <= MAX_AMOUNT:
        message = _("充值金额须大于 0，不超过 %(most)s 元") % {"most": money.display(MAX_AMOUNT)}
        raise Refusal("bad_amount", message, field="amount")
    number = new_number("RC", now=now)
    topup = TopUp.objects.create(
        advertiser=advertiser, number=number, amount=amount, created_at=now, next_query_at=now + QUERY_AGES[0]
    )
    try:
        started = sinapay.client().deposit(number=number, amount_fen=amount, summary=_("微任务充值"), payer_ip=payer_ip)
    except UnknownError as error:
        logger.warning("top-up %s: outcome of the call unknown: %s", number, error)
        return topup
    except GatewayError as error:
        logger.warning("top-up %s was not opened: %s", number, error)
        _close(topup, TopUp.State.FAILED, now=now)
        raise Unavailable("sinapay_unavailable", _("新浪支付暂时无法受理，请稍后再试")) from error
    TopUp.objects.filter(pk=topup.pk).update(cashier_url=started.cashier_url)
    topup.cashier_url = started.cashier_url
    return topup


def settle(*, number: str, now: datetime) -> TopUp:
    """Ask Sina about a top-up and do what the answer says: the provider's own list decides (F23).

    No answer changes nothing but the time of the next question.
    """
    topup = TopUp.objects.get(number=number)
    try:
        trade = sinapay.client().query_deposit(number=number)
    except GatewayError as error:
        _postpone(topup, error, now=now)
    else:
        retrying(lambda: believe(number=number, trade=trade, now=now))
    return TopUp.objects.select_related("advertiser").get(pk=topup.pk)


def believe(*, number: str, trade: Trade | None, now: datetime) -> None:
    """Book what Sina's list says of a top-up. SUCCESS is credited once, whatever was noted before (F23, F26)."""
    with transaction.atomic():
        topup = TopUp.objects.select_for_update(of=("self",)).select_related("advertiser").get(number=number)
        if trade is not None and trade.state == "SUCCESS":
            _succeed(topup, trade.amount_fen, now=now)
        elif trade is not None and trade.state == "FAILED":
            _fail(topup, now=now)
        else:
            _ask_again(topup, now=now)


def query_due(now: datetime) -> int:
    """Ask about the top-ups whose time has come; returns how many came to an end. A silent Sina ends the look."""
    ended, until = 0, time.monotonic() + LOOK_FOR
    numbers = TopUp.objects.due_query(now).order_by("next_query_at", "pk").values_list("number", flat=True)
    for number in list(numbers[:BATCH]):
        try:
            topup = settle(number=number, now=now)
        except Exception:
            logger.exception("top-up %s could not be settled", number)
            _set_aside(number, now=now)
            continue
        ended += topup.state != TopUp.State.PENDING
        if time.monotonic() > until:
            break
    return ended


def next_due(now: datetime) -> datetime | None:
    """When the next top-up wants to be asked about."""
    pending = TopUp.objects.filter(state=TopUp.State.PENDING)
    return pending.aggregate(due=Min("next_query_at"))["due"]


def _succeed(topup: TopUp, amount: int, *, now: datetime) -> None:
    if topup.state == TopUp.State.SUCCESS:
        return
    if amount != topup.amount:
        reason = gettext_noop("支付金额与充值单不符（充值单 %(amount)s 元）") % {"amount": money.display(topup.amount)}
        suspense.park(number=topup.number, amount=amount, reason=reason, now=now)
    if SuspenseItem.objects.filter(number=topup.number).exists():
        suspense.confirm(number=topup.number, amount=amount, now=now)
        _close(topup, TopUp.State.CLOSED, now=now)
        return
    cash = ledger.platform(AccountKind.CASH)
    accounts = ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=[topup.advertiser_id])
    available = accounts[topup.advertiser_id]
    ledger.post([ledger.NewTransfer(Reason.RECHARGE, topup.pk, cash, available, amount)], at=now)
    _close(topup, TopUp.State.SUCCESS, now=now)
    messages.recharged(topup=topup, now=now)


def _fail(topup: TopUp, *, now: datetime) -> None:
    if topup.state == TopUp.State.SUCCESS:
        text = gettext_noop("充值单 %(number)s 已入账，新浪支付却报告失败") % {"number": topup.number}
        raise_alarm(kind=Alarm.Kind.TOPUP_CONFLICT, key=topup.number, text=text, now=now)
    elif topup.state == TopUp.State.PENDING:
        _close(topup, TopUp.State.FAILED, now=now)


def _ask_again(topup: TopUp, *, now: datetime) -> None:
    """The next age on the list, or 关闭 after the last: a late payment is still credited when its notice comes."""
    if topup.state != TopUp.State.PENDING:
        return
    later = next((age for age in QUERY_AGES if topup.created_at + age > now), None)
    if later is None:
        _close(topup, TopUp.State.CLOSED, now=now)
        return
    TopUp.objects.filter(pk=topup.pk).update(queries=F("queries") + 1, next_query_at=topup.created_at + later)


def _postpone(topup: TopUp, error: GatewayError, *, now: datetime) -> None:
    """No answer: again in a minute; a refusal is our own fault or Sina's contract, so somebody must look."""
    logger.warning("top-up %s: no answer to the query: %s", topup.number, error)
    if not isinstance(error, TemporaryError):
        raise_alarm(kind=Alarm.Kind.TOPUP_QUERY, key=error.code, text=str(error), now=now)
    _set_aside(topup.number, now=now)


def _set_aside(number: str, *, now: datetime) -> None:
    TopUp.objects.filter(number=number, state=TopUp.State.PENDING).update(next_query_at=now + SOON)


def _close(topup: TopUp, state: TopUp.State, *, now: datetime) -> None:
    """Leave the earlier state for a later one; 成功 is never left."""
    rows = TopUp.objects.filter(pk=topup.pk).exclude(state=TopUp.State.SUCCESS)
    rows.update(state=state, ended_at=now, next_query_at=None)
    topup.state, topup.ended_at, topup.next_query_at = state, now, None
