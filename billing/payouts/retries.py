"""支付失败 is paid again: daily once the card is fixed, each time a new attempt of the same payout (R128, A33)."""

import logging
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from billing import ledger
from billing.models import BankCard, Payout, PayoutAttempt
from billing.payouts import attempts
from billing.payouts.moves import move
from billing.payouts.outcomes import DAILY
from weitask.alarms import raise_alarm
from weitask.models import Alarm
from weitask.refusal import Conflict, Forbidden

logger = logging.getLogger(__name__)

BATCH: Final = 500


def wake(*, owner_id: int, now: datetime) -> int:
    """The owner has set a card correctly: try their failed payouts at once; the week of R128 begins."""
    waiting = Payout.objects.filter(owner_id=owner_id, state=Payout.State.FAILED, conflict_at=None)
    return waiting.update(card_fixed_at=now, retry_at=now)


def retry_now(*, payout: Payout, by: User, now: datetime) -> None:
    """The finance desk tries a failed payout again with the owner's present card.

    Raises:
        Forbidden: one's own payout (A48).
        Conflict: it is not 支付失败, or frozen by a contradiction, or there is no bound card.
    """
    if payout.owner_id == by.pk:
        raise Forbidden("own_money", _("不能处理自己的付款"))
    if not BankCard.objects.filter(owner_id=payout.owner_id, state=BankCard.State.BOUND).exists():
        raise Conflict("no_card", _("收款人没有已绑定的银行卡"))
    failed = Payout.objects.filter(pk=payout.pk, state=Payout.State.FAILED, conflict_at=None)
    if failed.update(retry_at=now) != 1:
        raise Conflict("not_failed", _("该付款单不是支付失败状态，或已冻结待核实"))


def retry_due(now: datetime) -> int:
    """Give due payouts a new attempt; returns how many. A payout that cannot be booked is set aside with an alarm."""
    _overlooked().update(retry_at=now, card_fixed_at=Coalesce("card_fixed_at", Value(now)))
    due = Payout.objects.due_retry(now).filter(conflict_at=None).order_by("retry_at", "pk")
    return sum(_retry(payout_id, now=now) for payout_id in due.values_list("pk", flat=True)[:BATCH])


def next_due(now: datetime) -> datetime | None:
    """When the next payout wants to be tried again."""
    if _overlooked().exists():
        return now
    waiting = Payout.objects.filter(state=Payout.State.FAILED, conflict_at=None)
    return waiting.aggregate(due=Min("retry_at"))["due"]


def _overlooked() -> QuerySet[Payout]:
    """Payouts that wait for a card while their owner has one never tried for them.

    Such a card was bound while the batch was being made, so that neither transaction saw the other.
    """
    tried = PayoutAttempt.objects.filter(payout=OuterRef(OuterRef("pk")), card=OuterRef("pk"))
    cards = BankCard.objects.filter(owner=OuterRef("owner"), state=BankCard.State.BOUND).exclude(Exists(tried))
    waiting = Payout.objects.filter(state=Payout.State.FAILED, retry_at=None, conflict_at=None)
    return waiting.filter(Exists(cards))


def _retry(payout_id: int, *, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return _begin(payout_id, now=now)
    except ledger.Insufficient:
        logger.exception("payout %s is owed more than the book has", payout_id)
        Payout.objects.filter(pk=payout_id).update(retry_at=now + DAILY)
        text = gettext_noop("付款单 %(id)d 的应付余额不足") % {"id": payout_id}
        raise_alarm(kind=Alarm.Kind.PAYOUT_UNBOOKED, key=str(payout_id), text=text, now=now)
        return False


def _begin(payout_id: int, *, now: datetime) -> bool:
    """支付失败 → 待付款 with a new number; without a bound card it waits for one."""
    rows = Payout.objects.select_for_update(no_key=True, skip_locked=True)
    payout = rows.due_retry(now).filter(pk=payout_id, conflict_at=None).first()
    if payout is None:
        return False
    card = BankCard.objects.filter(owner_id=payout.owner_id, state=BankCard.State.BOUND).first()
    if card is None:
        Payout.objects.filter(pk=payout_id).update(retry_at=None, problem=gettext_noop("未绑定银行卡"))
        return False
    move(payout_id=payout_id, old=Payout.State.FAILED, new=Payout.State.PENDING, retry_at=None, problem="")
    attempts.make([attempts.Owed(payout.pk, payout.owner_id, payout.amount, card.pk)], now=now)
    return True
