"""Money to bank cards, and the merchant's balance it is paid from (sinapay.md 6.3, 6.4, 13)."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from weitask.sandbox import memory, switches
from weitask.sandbox.models import BankCard, Deposit, Payout
from weitask.sandbox.sinapay import deposits, notifications, wire
from weitask.sandbox.sinapay.errors import SinaPayError
from weitask.sandbox.sinapay.wire import Fields

_PAID_OUT = ("INIT", "PROCESSING", "SUCCESS")
_FAILS, _COMES_BACK, _STAYS = "1", "2", "3"
RESULTS = {"success": "SUCCESS", "failed": "FAILED", "returned": "RETURNT_TICKET"}


def pay_to_card(fields: Fields, now: datetime) -> Fields:
    """`create_single_hosting_pay_to_card_trade`: one payout to a bound card, from the merchant's account."""
    wire.need(fields, "out_trade_code", "collect_method", "summary")
    if fields["out_trade_code"] != "2000":
        raise SinaPayError("ILLEGAL_ARGUMENT", "交易码未开通")
    method, _, target = fields["collect_method"].partition("^")
    uid, kind, card_id = (*target.split(","), "", "", "")[:3]
    if method != "binding_card" or kind != "UID":
        raise SinaPayError("ILLEGAL_ARGUMENT", "collect_method不正确")
    return _pay(fields, uid=uid, card_id=card_id, now=now)


def withdraw(fields: Fields, now: datetime) -> Fields:
    """`create_hosting_withdraw` to a bound card. Refunds use it, so it draws on the merchant's account too."""
    wire.need(fields, "identity_id", "identity_type", "card_id", "user_ip")
    uid = "" if fields["identity_type"] == "MEMBER_ID" else fields["identity_id"]
    return _pay(fields, uid=uid, card_id=fields["card_id"], now=now)


def query(fields: Fields, now: datetime) -> Fields:
    """`query_hosting_withdraw`, by number or by at most 30 days; pay-to-card lines are found here too."""
    wire.need(fields, "identity_id", "identity_type")
    rows = Payout.objects.filter(deposits.span(fields))
    if fields["identity_type"] != "MEMBER_ID":
        rows = rows.filter(identity_id=fields["identity_id"])
    deposits.refuse_absent(fields, rows)
    return wire.page(fields, "withdraw_list", rows, deposits.row)


def query_balance(fields: Fields, now: datetime) -> Fields:
    """`query_balance` of the merchant (MEMBER_ID) or of a member, who only ever holds deposits of his own."""
    wire.need(fields, "identity_id", "identity_type", "account_type")
    if fields["identity_type"] != "MEMBER_ID":
        amount = _deposited(fields["identity_id"])
    elif fields["identity_id"] == settings.SANDBOX_PARTNER_ID:
        amount = balance_fen()
    else:
        raise SinaPayError("MEMBER_ID_NOT_EXIST")
    return {"balance": wire.yuan(amount), "available_balance": wire.yuan(amount)}


def balance_fen() -> int:
    """What the merchant's account holds: deposits less payouts that did not fail or come back."""
    out = Payout.objects.filter(state__in=_PAID_OUT).aggregate(total=Sum("amount_fen"))["total"] or 0
    return int(switches.get("opening_balance")) + _deposited(settings.SANDBOX_PARTNER_ID) - out


def settle(payout: Payout, *, result: str, mode: str, now: datetime) -> None:
    """Bring a payout to a result, even against an earlier one, and have it notified."""
    state = RESULTS[result]
    comes_back = state == "SUCCESS" and payout.card.number.endswith(_COMES_BACK)
    due_at = now + timedelta(seconds=switches.get("return_delay")) if comes_back else None
    with memory.writing():
        Payout.objects.filter(pk=payout.pk).update(state=state, modified_at=now, due_at=due_at)
        payout.refresh_from_db()
        notifications.prepare(notifications.of_payout(payout), mode=mode, now=now)


def settle_due(now: datetime) -> dict[str, int]:
    """Decide the payouts whose time has come, by the last digit of their card."""
    due = Payout.objects.select_related("card").filter(due_at__lte=now).order_by("due_at", "pk")
    done = {"payouts_settled": 0, "payouts_returned": 0}
    for payout in list(due):
        if payout.state == "SUCCESS":
            settle(payout, result="returned", mode="once", now=now)
            done["payouts_returned"] += 1
        else:
            fails = payout.card.number.endswith(_FAILS)
            settle(payout, result="failed" if fails else "success", mode="once", now=now)
            done["payouts_settled"] += 1
    return done


def _pay(fields: Fields, *, uid: str, card_id: str, now: datetime) -> Fields:
    """Accept a payout; BLANCE_NOT_ENOUGH beyond the balance."""
    number, amount = wire.new_number(fields, "out_trade_no"), wire.fen(fields)
    cards = BankCard.objects.filter(pk=card_id, unbound_at=None)
    card = (cards.filter(member_id=uid) if uid else cards).first()
    with memory.writing():
        deposits.refuse_used(number)
        if card is None:
            raise SinaPayError("BANK_ACCOUNT_NOT_EXISTS")
        if amount > balance_fen():
            raise SinaPayError("BLANCE_NOT_ENOUGH")
        stays = card.number.endswith(_STAYS)
        payout = Payout.objects.create(
            number=number,
            inner_number=f"W{secrets.randbelow(10**18):018d}",
            service=fields["service"],
            identity_id=uid or card.member_id,
            card=card,
            amount_fen=amount,
            summary=fields.get("summary", "")[:200],
            notify_url=fields.get("notify_url", ""),
            memo=fields.get("memo", ""),
            created_at=now,
            modified_at=now,
            due_at=None if stays else now + timedelta(seconds=switches.get("settle_delay")),
        )
    return {"out_trade_no": number, "withdraw_status": payout.state}


def _deposited(identity_id: str) -> int:
    """Fen of successful deposits to an account."""
    paid = Deposit.objects.filter(identity_id=identity_id, state="SUCCESS")
    return paid.aggregate(total=Sum("amount_fen"))["total"] or 0
