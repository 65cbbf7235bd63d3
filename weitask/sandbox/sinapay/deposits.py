"""Recharges: create, query, pay, fail, close (sinapay.md 6.2)."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from weitask.sandbox import memory, switches
from weitask.sandbox.models import Deposit, Payout
from weitask.sandbox.sinapay import notifications, wire
from weitask.sandbox.sinapay.errors import SinaPayError
from weitask.sandbox.sinapay.wire import Fields

_CLOSE = re.compile(r"(\d{1,5})([mhd])")
_UNIT = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST_CLOSE = timedelta(days=15)
_LONGEST_QUERY = timedelta(days=30)


def create(fields: Fields, now: datetime) -> Fields:
    """`create_hosting_deposit`: an order on the hosted cashier."""
    wire.need(fields, "identity_id", "identity_type", "payer_ip", "pay_method")
    number, amount = wire.new_number(fields, "out_trade_no"), wire.fen(fields)
    if fields["identity_type"] not in {"UID", "MEMBER_ID"}:
        raise SinaPayError("ILLEGAL_ARGUMENT")
    method, _, rest = fields["pay_method"].partition("^")
    if method != "online_bank" or rest.split("^")[:1] != [fields["amount"]]:
        raise SinaPayError("PAY_METHOD_NOT_SUPPORT")
    closes_at = _closes_at(fields, now)
    with memory.writing():
        refuse_used(number)
        deposit = Deposit.objects.create(
            number=number,
            inner_number=f"D{secrets.randbelow(10**18):018d}",
            ticket=secrets.token_hex(16),
            identity_id=fields["identity_id"],
            identity_type=fields["identity_type"],
            amount_fen=amount,
            summary=fields.get("summary", "")[:200],
            pay_method=fields["pay_method"],
            notify_url=fields.get("notify_url", ""),
            return_url=fields.get("return_url", ""),
            memo=fields.get("memo", ""),
            created_at=now,
            modified_at=now,
            closes_at=closes_at,
        )
    base = settings.SANDBOX_PUBLIC_BASE
    return {
        "out_trade_no": number,
        "deposit_status": deposit.state,
        "redirect_url": f"{base}/website/view/cashdesk.html?ft={deposit.ticket}",
    }


def query(fields: Fields, now: datetime) -> Fields:
    """`query_hosting_deposit` by number or by at most 30 days."""
    rows = Deposit.objects.filter(identity_id=_identity(fields)).filter(span(fields))
    refuse_absent(fields, rows)
    return wire.page(fields, "deposit_list", rows, row)


def settle(deposit: Deposit, *, state: str, mode: str, now: datetime) -> None:
    """Bring a deposit to SUCCESS or FAILED and have it notified. The same state again changes nothing."""
    with memory.writing():
        Deposit.objects.filter(pk=deposit.pk).exclude(state=state).update(state=state, modified_at=now, pay_due_at=None)
        deposit.refresh_from_db()
        notifications.prepare(notifications.of_deposit(deposit), mode=mode, now=now)


def settle_due(now: datetime) -> dict[str, int]:
    """Pay what was to be paid later, close what was never paid."""
    open_ones = Deposit.objects.filter(state="PROCESSING")
    paid = list(open_ones.filter(pay_due_at__lte=now).order_by("pay_due_at", "pk"))
    closed = list(open_ones.filter(pay_due_at=None, closes_at__lte=now).order_by("closes_at", "pk"))
    for deposit in paid:
        settle(deposit, state="SUCCESS", mode="once", now=now)
    for deposit in closed:
        settle(deposit, state="FAILED", mode="once", now=now)
    return {"deposits_paid": len(paid), "deposits_closed": len(closed)}


def refuse_used(number: str) -> None:
    """DUPLICATE_REQUEST_NO when any order of the merchant has this number. Write lock held by the caller."""
    if Deposit.objects.filter(pk=number).exists() or Payout.objects.filter(pk=number).exists():
        raise SinaPayError("DUPLICATE_REQUEST_NO")


def refuse_absent(fields: Fields, rows: QuerySet[Any]) -> None:
    """The code for an unknown order, where the switch prefers one to an empty list."""
    code = switches.get("absent_order_code")
    if code and fields.get("out_trade_no") and not rows.exists():
        raise SinaPayError(code)


def span(fields: Fields) -> Q:
    """The filter of a query: one number, or a stretch of at most 30 days."""
    if fields.get("out_trade_no"):
        return Q(pk=fields["out_trade_no"])
    wire.need(fields, "start_time", "end_time")
    start, end = wire.moment(fields["start_time"]), wire.moment(fields["end_time"])
    if not start <= end <= start + _LONGEST_QUERY:
        raise SinaPayError("ILLEGAL_ARGUMENT", "查询时间范围不正确")
    # A stamp has whole seconds: what was created within the last one belongs to it.
    return Q(created_at__gte=start, created_at__lt=end + timedelta(seconds=1))


def row(one: Deposit | Payout) -> str:
    """A row of `deposit_list` or `withdraw_list` (sinapay.md 9)."""
    times = wire.stamp(one.created_at), wire.stamp(one.modified_at)
    return "^".join((one.number, wire.yuan(one.amount_fen), one.state, *times))


def _identity(fields: Fields) -> str:
    wire.need(fields, "identity_id", "identity_type")
    return fields["identity_id"]


def _closes_at(fields: Fields, now: datetime) -> datetime | None:
    """The moment of `deposit_close_time`: 1m to 15d, whole numbers only."""
    text = fields.get("deposit_close_time", "")
    if not text:
        return None
    found = _CLOSE.fullmatch(text)
    life = int(found[1]) * _UNIT[found[2]] if found else timedelta(0)
    if not timedelta(minutes=1) <= life <= _LONGEST_CLOSE:
        raise SinaPayError("ILLEGAL_ARGUMENT", "deposit_close_time不正确")
    return now + life
