"""紧急叫停 carried out: unposted orders are cancelled, posted ones keep their income (R85, R86, A21-A23)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet, Sum

from accounts.models import User
from billing import ledger
from billing.models import AccountKind, Reason, Transfer
from orders import announcements, lifecycle
from orders.batches import in_batches
from orders.models import Order, PublishAttempt
from orders.moves import EARNED, HOLDING_MONEY, Cause, State
from tasks.models import Decision, Task

WATCHED: Final = (State.PUBLISHED, State.ACHIEVED)  # posted, and a deletion would still change something


def halt_orders(*, task: Task, decision: Decision, by: User, now: datetime) -> None:
    """Cancel what is not posted, exempt what is; inside the transaction of the decision, the task locked.

    From this instant on the deletion of a posted order changes nothing (A23), and its owner is asked to delete at once.
    An order whose post may be on the wire is left to `publishing`: its fate must be known first (F45).
    """
    live = list(task.orders.filter(state__in=[*HOLDING_MONEY, State.ACHIEVED]).values_list("pk", flat=True))
    lifecycle.lock(order_ids=live)
    moved = lifecycle.move(
        order_ids=live,
        old=[State.DISPATCHED, State.ACCEPTED],
        new=State.CANCELLED,
        cause=Cause.HALT,
        at=now,
        by=by,
    )
    cancelled = [order.id for order in moved]
    armed = PublishAttempt.objects.filter(order_id__in=cancelled, state=PublishAttempt.State.ARMED)
    armed.update(state=PublishAttempt.State.ABSENT, answered_at=now, next_at=None)
    announcements.cancelled(order_ids=cancelled, cause=Cause.HALT, now=now)
    posted = Order.objects.filter(pk__in=live, state__in=WATCHED, exempt_from=None)
    exempt = sorted(posted.values_list("pk", flat=True))
    posted.update(exempt_from=now)
    announcements.delete_please(order_ids=exempt, now=now)


def goodwill_due(now: datetime) -> int:
    """Pay back what a task cost that we should not have let pass, once its last order is decided (A22)."""
    ids = list(_goodwill_open().order_by("pk").values_list("pk", flat=True))
    return in_batches(ids=ids, work=lambda some: _pay_goodwill(some, now=now), sweep="orders.goodwill", now=now)


def next_goodwill(now: datetime) -> datetime | None:
    """Now, when there is such a task."""
    return now if _goodwill_open().exists() else None


def _goodwill_open() -> QuerySet[Decision]:
    """Stops that were our fault, whose last order is decided and whose goodwill is not paid (A22)."""
    paid = Transfer.objects.filter(reason=Reason.GOODWILL, reference=OuterRef("pk"))
    orders = Order.objects.filter(task=OuterRef("task"))
    return (
        Decision.objects.filter(verdict=Decision.Verdict.HALT, platform_fault=True)
        .filter(Exists(orders.filter(state__in=EARNED)))
        .exclude(Exists(orders.filter(state__in=HOLDING_MONEY)))
        .exclude(Exists(paid))
    )


def _pay_goodwill(decision_ids: Sequence[int], *, now: datetime) -> int:
    """What the advertiser was charged for posts of a task we should not have let pass, from our own account (A22)."""
    rows = _goodwill_open().filter(pk__in=decision_ids).select_related("task").order_by("pk")
    transfers = []
    for decision in rows:
        charged = decision.task.orders.filter(state__in=EARNED).aggregate(net=Sum("price"), fee=Sum("fee"))
        party = decision.task.advertiser_id
        target = ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=[party])[party]
        transfers.append(
            ledger.NewTransfer(
                reason=Reason.GOODWILL,
                reference=decision.pk,
                source=ledger.platform(AccountKind.EXPENSE),
                target=target,
                amount=charged["net"] + charged["fee"],
            )
        )
    if transfers:
        ledger.post(transfers, at=now)
    return len(transfers)
