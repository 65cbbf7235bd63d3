"""What Sina says of a payout's number, and what it does to the money: one table (sinapay.md 7, F30–F32, R133)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from billing import ledger, messages
from billing.models import AccountKind, PaymentNotice, Payout, PayoutAttempt, Reason
from billing.payouts import attempts
from billing.payouts.moves import move
from weitask.alarms import raise_alarm
from weitask.models import Alarm

Outcome = PaymentNotice.Outcome
DAILY: Final = timedelta(days=1)
CONFLICT: Final = "conflict"  # code of an attempt of which the bank says two things
_Accounts = dict[str, int]


@dataclass(frozen=True)
class Told:
    """One attempt, locked with its payout, and when we heard of it."""

    attempt: PayoutAttempt
    payout: Payout
    now: datetime


def answer(*, number: str, state: str, now: datetime) -> Outcome:
    """Do what a signed notification or Sina's list says of a number; returns what was done, for the record.

    Args:
        number: the attempt's own number.
        state: Sina's word: SUCCESS, FAILED, RETURNT_TICKET; INIT and PROCESSING change nothing.
        now: business time.

    The caller has compared the amount. Safe to call any number of times, in any order.
    """
    try:
        with transaction.atomic():
            told = lock(number=number, now=now)
            if told is None:
                return Outcome.UNKNOWN
            if told.attempt.code == CONFLICT:
                return Outcome.FROZEN  # whatever is said meanwhile: a person asks Sina's list, which has it too
            act = _TABLE.get((_phase(told.attempt), state))
            if act is None:
                return Outcome.NOTHING
            act(told)
            return Outcome(act.__name__.strip("_"))
    except ledger.Insufficient:
        # The bank paid what our book says we do not have. The attempt stays open, and a person must find out why.
        text = gettext_noop("付款 %(number)s 的结果无法入账：账本余额不足") % {"number": number}
        raise_alarm(kind=Alarm.Kind.PAYOUT_UNBOOKED, key=number, text=text, now=now)
        return Outcome.UNBOOKED


def lock(*, number: str, now: datetime) -> Told | None:
    """Lock the payout, then the attempt of a number; the order every writer keeps."""
    payout_id = PayoutAttempt.objects.filter(number=number).values_list("payout_id", flat=True).first()
    if payout_id is None:
        return None
    payout = Payout.objects.select_for_update(no_key=True).get(pk=payout_id)
    return Told(PayoutAttempt.objects.select_for_update(no_key=True).get(number=number), payout, now)


def _phase(attempt: PayoutAttempt) -> str:
    return "open" if attempt.state in PayoutAttempt.OPEN else attempt.state


def _paid(told: Told) -> None:
    """The bank confirms: transit → platform cash, 已付款."""
    accounts = owners_accounts(told.payout.owner_id)
    _end(told, PayoutAttempt.State.SUCCESS)
    _post(told, Reason.PAID, accounts[AccountKind.TRANSIT], accounts[AccountKind.CASH])
    mark_paid(told.payout, now=told.now)
    messages.paid(payout=told.payout, attempt_id=told.attempt.pk, now=told.now)


def _refused(told: Told) -> None:
    """The bank refuses: transit → payable, 支付失败."""
    fail(told, problem=gettext_noop("银行拒绝付款"))


def _came_back(told: Told) -> None:
    """The bank sent it back before we heard that it had taken it."""
    fail(told, problem=gettext_noop("银行退票"), state=PayoutAttempt.State.RETURNED)


def _came_back_late(told: Told) -> None:
    """The one legal late change: cash → payable, 已付款 → 支付失败, the liability is back (R133)."""
    accounts = owners_accounts(told.payout.owner_id)
    _end(told, PayoutAttempt.State.RETURNED)
    if told.payout.attempts.filter(state=PayoutAttempt.State.SUCCESS).exists():
        # It had been paid twice (F32): the platform's loss comes back to the platform, the owner keeps the other one.
        _post(told, Reason.RETURNED, accounts[AccountKind.CASH], ledger.platform(AccountKind.EXPENSE))
        return
    _post(told, Reason.RETURNED, accounts[AccountKind.CASH], accounts[AccountKind.PAYABLE])
    # A card that was fixed before is in doubt again: only a new one starts the week of R128 anew.
    _fail_payout(told, problem=gettext_noop("银行退票"), retry_at=None, card_fixed_at=None)


def _contradicted(told: Told) -> None:
    """A final word is followed by the opposite one: freeze the payout, call a person, move nothing (F32)."""
    PayoutAttempt.objects.filter(pk=told.attempt.pk).update(code=CONFLICT)
    Payout.objects.filter(pk=told.payout.pk).update(conflict_at=told.now)
    text = gettext_noop("付款 %(number)s：银行先后给出相反的结果，已冻结，请核实") % {"number": told.attempt.number}
    raise_alarm(kind=Alarm.Kind.PAYOUT_CONFLICT, key=told.attempt.number, text=text, now=told.now)


_TABLE: Final[dict[tuple[str, str], Callable[[Told], None]]] = {
    ("open", "SUCCESS"): _paid,
    ("open", "FAILED"): _refused,
    ("open", "RETURNT_TICKET"): _came_back,
    ("success", "RETURNT_TICKET"): _came_back_late,
    ("success", "FAILED"): _contradicted,
    ("failed", "SUCCESS"): _contradicted,
}


def fail(told: Told, *, problem: str, state: PayoutAttempt.State = PayoutAttempt.State.FAILED, code: str = "") -> None:
    """End an open attempt without payment: transit → payable, 支付失败. A card that was fixed is tried daily (A33)."""
    accounts = owners_accounts(told.payout.owner_id)
    _end(told, state, code=code)
    _post(told, Reason.UNPAID, accounts[AccountKind.TRANSIT], accounts[AccountKind.PAYABLE])
    fixed = told.payout.card_fixed_at
    _fail_payout(told, problem=problem, retry_at=told.now + DAILY if fixed else None, card_fixed_at=fixed)


def mark_paid(payout: Payout, *, now: datetime) -> None:
    """待付款 → 已付款; the book has been written."""
    values = {"paid_at": now, "problem": "", "retry_at": None}
    move(payout_id=payout.pk, old=Payout.State.PENDING, new=Payout.State.PAID, **values)
    payout.refresh_from_db()


def owners_accounts(owner_id: int) -> _Accounts:
    """The accounts a payout moves money between."""
    return {
        AccountKind.CASH: ledger.platform(AccountKind.CASH),
        AccountKind.PAYABLE: ledger.account_ids(kind=AccountKind.PAYABLE, owner_ids=[owner_id])[owner_id],
        AccountKind.TRANSIT: ledger.account_ids(kind=AccountKind.TRANSIT, owner_ids=[owner_id])[owner_id],
    }


def _end(told: Told, state: PayoutAttempt.State, *, code: str = "") -> None:
    attempts.move(told.attempt, new=state, ended_at=told.now, next_at=None, code=code)


def _post(told: Told, reason: Reason, source: int, target: int) -> None:
    ledger.post([ledger.NewTransfer(reason, told.attempt.pk, source, target, told.attempt.amount)], at=told.now)


def _fail_payout(told: Told, *, problem: str, retry_at: datetime | None, card_fixed_at: datetime | None) -> None:
    values = {"problem": problem, "retry_at": retry_at, "card_fixed_at": card_fixed_at, "paid_at": None}
    move(payout_id=told.payout.pk, old=Payout.State(told.payout.state), new=Payout.State.FAILED, **values)
    told.payout.refresh_from_db()
    messages.not_paid(payout=told.payout, fact=f"{told.attempt.pk}:{told.attempt.state}", now=told.now)
