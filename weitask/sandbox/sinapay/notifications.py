"""Signed notifications and their re-delivery until the receiver says `success` (sinapay.md 8).

Modes: `once` (then the schedule), `never`, `twice`, `late`, `forged` (a stranger's signature), `altered` (signed,
then another amount), `unsigned`, `other_partner`, `other_sign_type`, `duplicated` (a parameter twice), and
`wrong_amount` (a true signature over one yuan more).
"""

import secrets
import threading
from datetime import datetime, timedelta
from urllib.parse import urlencode

import httpx
from django.conf import settings

from weitask.sandbox import clock, keys, memory, switches
from weitask.sandbox.models import Delivery, Deposit, Payout
from weitask.sandbox.sinapay import signing, wire
from weitask.sandbox.sinapay.wire import Fields

_TRUE_MODES = {"once", "never", "twice", "late"}
_ONE_TRY = {"forged", "altered", "unsigned", "other_partner", "other_sign_type", "duplicated", "wrong_amount"}
MODES = _TRUE_MODES | _ONE_TRY
_TIMEOUT = 10.0
_KEPT_ANSWER = 60
_posting = threading.Lock()
_http = httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)


class Subject:
    """What a notification is about: its own fields, where it goes, what it is called."""

    def __init__(self, one: Deposit | Payout, *, kind: str, own: Fields) -> None:
        self.number, self.url, self.memo, self.kind = one.number, one.notify_url, one.memo, kind
        self.amount_field = next(name for name in own if name.endswith("_amount"))
        self.own = {"outer_trade_no": one.number, "inner_trade_no": one.inner_number, **own}


def of_deposit(deposit: Deposit) -> Subject:
    """`deposit_status_sync`."""
    own = {
        "deposit_status": deposit.state,
        "deposit_amount": wire.yuan(deposit.amount_fen),
        "pay_method": "online_bank",
    }
    return Subject(deposit, kind="deposit_status_sync", own=own)


def of_payout(payout: Payout) -> Subject:
    """`withdraw_status_sync`, also for pay-to-card lines."""
    own = {
        "withdraw_status": payout.state,
        "withdraw_amount": wire.yuan(payout.amount_fen),
        "card_id": payout.card_id,
    }
    if payout.state != "SUCCESS":
        own |= {"error_code": "BANK_ACCOUNT_NOT_EXISTS", "error_message": "银行退回或拒绝入账"}
    return Subject(payout, kind="withdraw_status_sync", own=own)


def prepare(subject: Subject, *, mode: str, now: datetime) -> None:
    """Write the signed body down; it is sent by `deliver_due`. Write lock held by the caller."""
    delay = switches.get("late_delay") if mode == "late" else switches.get("redelivery")[0]
    waits = mode != "never" and bool(subject.url)
    due_at = now + timedelta(seconds=delay) if waits else None
    notify_id = secrets.token_hex(16)
    body = _body(subject, notify_id=notify_id, mode=mode, now=now)
    Delivery.objects.bulk_create(
        Delivery(
            notify_id=notify_id,
            kind=subject.kind,
            number=subject.number,
            mode=mode,
            url=subject.url,
            body=body,
            created_at=now,
            due_at=due_at,
        )
        for _ in range(2 if mode == "twice" else 1)
    )


def deliver_due(now: datetime, *, number: str = "") -> int:
    """Send what is due now, oldest first, optionally of one order only; how many were sent.

    Nothing while delivery is switched off.
    """
    if not switches.get("deliver"):
        return 0
    due = Delivery.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    with _posting:
        found = list(due.filter(number=number) if number else due)
        for delivery in found:
            record(delivery, answer=send(delivery), now=now)
    return len(found)


def send(delivery: Delivery) -> str:
    """Post the body once; what the receiver said, or what went wrong."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        response = _http.post(delivery.url, content=delivery.body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"error: {type(error).__name__}"
    return response.text if response.status_code == 200 else f"http {response.status_code}"


def record(delivery: Delivery, *, answer: str, now: datetime) -> None:
    """Note an answer: `success` ends it, anything else waits for the next gap of the schedule."""
    gaps = switches.get("redelivery")
    delivery.tries += 1
    delivery.answers = [*delivery.answers, {"at": clock.iso(now), "answer": answer[:_KEPT_ANSWER]}]
    again = answer != "success" and delivery.tries < len(gaps) and delivery.mode not in _ONE_TRY
    delivery.due_at = now + timedelta(seconds=gaps[delivery.tries]) if again else None
    with memory.writing():
        delivery.save(update_fields=["tries", "answers", "due_at"])


def _body(subject: Subject, *, notify_id: str, mode: str, now: datetime) -> str:
    """The form body in the given mode, values encoded once."""
    fields = {
        "notify_type": subject.kind,
        "notify_id": notify_id,
        "notify_time": wire.stamp(now),
        "_input_charset": "utf-8",
        "version": "1.2",
        "partner_id": "200099999999" if mode == "other_partner" else settings.SANDBOX_PARTNER_ID,
        "memo": subject.memo,
        **subject.own,
    }
    fields = {key: value for key, value in fields.items() if value}
    if mode == "wrong_amount":
        fields[subject.amount_field] = _one_yuan_more(fields[subject.amount_field])
    key = keys.stranger_private() if mode == "forged" else None
    signature = {"sign": signing.sign(fields, key=key), "sign_type": "RSA", "sign_version": "1.0"}
    return urlencode(_tampered(fields, signature, mode=mode, amount_field=subject.amount_field))


def _tampered(fields: Fields, signature: Fields, *, mode: str, amount_field: str) -> list[tuple[str, str]]:
    """What is wrong with a forged body, after it was signed."""
    if mode == "unsigned":
        return list(fields.items())
    if mode == "altered":
        fields = {**fields, amount_field: _one_yuan_more(fields[amount_field])}
    if mode == "other_sign_type":
        signature = {**signature, "sign_type": "MD5"}
    pairs = [*fields.items(), *signature.items()]
    if mode == "duplicated":
        pairs.append((amount_field, _one_yuan_more(fields[amount_field])))
    return pairs


def _one_yuan_more(amount: str) -> str:
    yuan, _, places = amount.partition(".")
    return f"{int(yuan) + 1}.{places}"
