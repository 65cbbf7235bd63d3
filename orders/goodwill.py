"""平台补偿: a task that was stopped through our own fault costs its advertiser nothing in the end (A22)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet, Sum

from billing import ledger
from billing.models import AccountKind, Reason, Transfer
from orders.batches import in_batches
from orders.models import Order
from orders.moves import EARNED, HOLDING_MONEY
from tasks.models import Decision
from weitask.questions import Question


def pay_due(now: datetime) -> int:
    """Pay back what such a task was charged, once its last order is decided; returns how many tasks."""
    ids = list(_open().order_by("pk").values_list("pk", flat=True))
    return in_batches(ids=ids, work=lambda some: _pay(some, now=now), sweep="orders.goodwill", now=now)


def next_due(now: datetime) -> datetime | None:
    """Now, when there is such a task."""
    return now if _OPEN.any() else None


def _open() -> QuerySet[Decision]:
    paid = Transfer.objects.filter(reason=Reason.GOODWILL, reference=OuterRef("pk"))
    orders = Order.objects.filter(task=OuterRef("task"))
    return (
        Decision.objects.filter(verdict=Decision.Verdict.HALT, platform_fault=True)
        .filter(Exists(orders.filter(state__in=EARNED)))
        .exclude(Exists(orders.filter(state__in=HOLDING_MONEY)))
        .exclude(Exists(paid))
    )


_OPEN: Final = Question(_open)


def _pay(decision_ids: Sequence[int], *, now: datetime) -> int:
    """From the platform's expense; the transfer is unique per decision, so it is paid once."""
    rows = list(_open().filter(pk__in=decision_ids).select_related("task").order_by("pk"))
    parties = [decision.task.advertiser_id for decision in rows]
    targets = ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=parties)
    expense = ledger.platform(AccountKind.EXPENSE)
    transfers = [
        ledger.NewTransfer(
            reason=Reason.GOODWILL,
            reference=decision.pk,
            source=expense,
            target=targets[decision.task.advertiser_id],
            amount=_charged(decision),
        )
        for decision in rows
    ]
    ledger.post(transfers, at=now)
    return len(transfers)


def _charged(decision: Decision) -> int:
    """Net + fee of the task's earned orders, fen."""
    sums = decision.task.orders.filter(state__in=EARNED).aggregate(net=Sum("price"), fee=Sum("fee"))
    return int(sums["net"]) + int(sums["fee"])
