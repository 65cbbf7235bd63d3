"""待查款项: money Sina Pay says it took that we cannot place (F25).

The book follows Sina's own list: only what a query confirms is booked (platform cash → 待查款项), because platform cash
is the balance of our merchant account. Every item raises an alarm; a person of the finance desk places the money.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Advertiser, User
from billing import ledger
from billing.models import AccountKind, Reason, SuspenseItem
from weitask import money
from weitask.alarms import raise_alarm, resolve_alarm
from weitask.gateways import sinapay
from weitask.gateways.errors import GatewayError
from weitask.models import Alarm
from weitask.refusal import Conflict, Forbidden

ALARM: Final = Alarm.Kind.SUSPENSE


def park(*, number: str, amount: int, reason: str, now: datetime) -> SuspenseItem:
    """Write down a claim of `amount` fen under a number, once, and raise an alarm. Nothing is booked yet."""
    item, _made = SuspenseItem.objects.get_or_create(
        number=number, defaults={"amount": amount, "reason": reason, "at": now}
    )
    text = gettext_noop("待查款项 %(number)s：%(amount)s 元，%(reason)s") % {
        "number": number,
        "amount": money.display(amount),
        "reason": reason,
    }
    raise_alarm(kind=ALARM, key=number, text=text, now=now)
    return item


def confirm(*, number: str, amount: int, now: datetime) -> bool:
    """Book the money of an item that Sina's list confirms, with the amount of that list; once. False: done before."""
    with transaction.atomic():
        item = SuspenseItem.objects.select_for_update().get(number=number)
        if item.confirmed_at is not None:
            return False
        SuspenseItem.objects.filter(pk=item.pk).update(amount=amount, confirmed_at=now)
        cash, suspense = ledger.platform(AccountKind.CASH), ledger.platform(AccountKind.SUSPENSE)
        ledger.post([ledger.NewTransfer(Reason.SUSPENSE, item.pk, cash, suspense, amount)], at=now)
        return True


def check(*, item: SuspenseItem, now: datetime) -> None:
    """Ask Sina's list about a claim that it has not confirmed yet, and book what it says.

    Raises:
        Conflict: Sina does not answer, or has no such payment.
    """
    try:
        trade = sinapay.client().query_deposit(number=item.number)
    except GatewayError as error:
        raise Conflict("no_answer", _("新浪支付暂时没有回答，请稍后再试")) from error
    except ValueError as error:
        raise Conflict("not_ours", _("该单号不是我们的单号，请人工与新浪支付核对")) from error
    if trade is None or trade.state != "SUCCESS":
        raise Conflict("not_paid", _("新浪支付没有这笔成功的付款"))
    confirm(number=item.number, amount=trade.amount_fen, now=now)


def place(*, item: SuspenseItem, advertiser: Advertiser, by: User, now: datetime) -> None:
    """Give the money of an item to the advertiser it belongs to; counts as recharge (A30).

    Raises:
        Forbidden: the money would go to oneself (A48).
        Conflict: Sina has not confirmed it, or it was placed before.
    """
    if advertiser.user_id == by.pk:
        raise Forbidden("own_money", _("不能把款项转给自己"))
    with transaction.atomic():
        rows = SuspenseItem.objects.filter(pk=item.pk, confirmed_at__isnull=False, placed_at=None)
        if rows.update(advertiser=advertiser, placed_at=now, placed_by=by) != 1:
            raise Conflict("not_placeable", _("款项未核实，或已经转出"))
        amount = SuspenseItem.objects.values_list("amount", flat=True).get(pk=item.pk)
        available = ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=[advertiser.pk])[advertiser.pk]
        source = ledger.platform(AccountKind.SUSPENSE)
        ledger.post([ledger.NewTransfer(Reason.SUSPENSE_OUT, item.pk, source, available, amount)], at=now)
        resolve_alarm(kind=ALARM, key=item.number, by=by, now=now)
