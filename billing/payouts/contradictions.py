"""A bank that says two things of one number (F32): the payout is frozen until a person asks Sina's list again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from billing import ledger
from billing.models import AccountKind, Payout, PayoutAttempt, Reason
from billing.payouts import attempts, outcomes
from billing.payouts.moves import move
from weitask.alarms import resolve_alarm
from weitask.gateways import sinapay
from weitask.gateways.errors import GatewayError
from weitask.gateways.sinapay import Trade
from weitask.models import Alarm
from weitask.refusal import Conflict, Forbidden

_UNPAID = ("FAILED", "RETURNT_TICKET")


def resolve(*, payout: Payout, by: User, now: datetime) -> None:
    """Ask Sina's list about the newest contradictory number and book what it says; the last one lifts the freeze.

    Raises:
        Forbidden: one's own payout (A48).
        Conflict: nothing is contradictory here, Sina gives no final answer, or another number is still under way.
    """
    if payout.owner_id == by.pk:
        raise Forbidden("own_money", _("不能处理自己的付款"))
    attempt = payout.attempts.filter(code=outcomes.CONFLICT).order_by("-pk").first()
    if payout.conflict_at is None or attempt is None:
        raise Conflict("no_conflict", _("该付款单没有待核实的冲突"))
    trade = _ask(attempt)
    with transaction.atomic():
        told = outcomes.lock(number=attempt.number, now=now)
        if told is None or told.payout.conflict_at is None or told.attempt.code != outcomes.CONFLICT:
            raise Conflict("no_conflict", _("该付款单没有待核实的冲突"))
        PayoutAttempt.objects.filter(pk=attempt.pk).update(code="")  # it is listened to again
        _book(told, trade)
        PayoutAttempt.objects.filter(pk=attempt.pk).update(code="resolved")
        if not payout.attempts.filter(code=outcomes.CONFLICT).exists():
            Payout.objects.filter(pk=payout.pk).update(conflict_at=None)
        resolve_alarm(kind=Alarm.Kind.PAYOUT_CONFLICT, key=attempt.number, by=by, now=now)


def _ask(attempt: PayoutAttempt) -> Trade:
    try:
        trade = sinapay.client().query_payout(number=attempt.number)
    except GatewayError as error:
        raise Conflict("no_answer", _("新浪支付暂时没有回答，请稍后再试")) from error
    if trade is None or trade.state not in ("SUCCESS", *_UNPAID):
        raise Conflict("not_final", _("新浪支付还没有最终结果"))
    if trade.amount_fen != attempt.amount:
        raise Conflict("other_amount", _("新浪支付记录的金额与账本不符，请联系新浪支付更正"))
    return trade


def _book(told: outcomes.Told, trade: Trade) -> None:
    """What we booked and what is true: four cases, two of which need a line."""
    paid_here = told.attempt.state == PayoutAttempt.State.SUCCESS
    if told.attempt.state in PayoutAttempt.OPEN:
        outcomes.answer(number=told.attempt.number, state=trade.state, now=told.now)
    elif paid_here and trade.state in _UNPAID:
        outcomes.answer(number=told.attempt.number, state="RETURNT_TICKET", now=told.now)
    elif not paid_here and trade.state == "SUCCESS":
        _paid_after_all(told)
    elif not paid_here and told.payout.state == Payout.State.FAILED:
        Payout.objects.filter(pk=told.payout.pk).update(retry_at=told.now)


def _paid_after_all(told: outcomes.Told) -> None:
    """We took it for failed and gave the money back to payable; the bank paid it.

    A new number that was never sent is withdrawn. Was another number paid as well, the second payment is the
    platform's loss, and stands in the book as its expense.
    """
    _withdraw_unsent(told)
    payout = Payout.objects.get(pk=told.payout.pk)
    accounts = outcomes.owners_accounts(payout.owner_id)
    twice = payout.state == Payout.State.PAID
    source = ledger.platform(AccountKind.EXPENSE) if twice else accounts[AccountKind.PAYABLE]
    transfer = ledger.NewTransfer(Reason.PAID, told.attempt.pk, source, accounts[AccountKind.CASH], told.attempt.amount)
    ledger.post([transfer], at=told.now)
    attempts.move(told.attempt, new=PayoutAttempt.State.SUCCESS)
    if not twice:
        # The table of moves has no arrow 支付失败 → 已付款.
        move(payout_id=payout.pk, old=Payout.State.FAILED, new=Payout.State.PENDING)
        outcomes.mark_paid(payout, now=told.now)


def _withdraw_unsent(told: outcomes.Told) -> None:
    other = told.payout.attempts.select_for_update().filter(state__in=PayoutAttempt.OPEN).first()
    if other is None:
        return
    if other.state != PayoutAttempt.State.NEW or other.sent_at is not None:
        raise Conflict("under_way", _("另一笔付款仍在处理中，请等待其结果"))
    outcomes.fail(
        outcomes.Told(other, told.payout, told.now), problem=gettext_noop("银行已付款，等待核实"), code="withdrawn"
    )
