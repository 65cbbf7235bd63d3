"""What came of it, counted from the product's rows and the sandbox's own book (spec 9)."""

import hashlib
from collections import Counter
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import Notice
from billing import audit
from billing.models import LedgerAccount, Payout, PayoutLine, Reason, Transfer
from orders.labels import LABELS
from orders.models import Order, OrderEvent
from tasks.models import Task
from weitask.demo.rehearsal.season import Season


def labels() -> dict[str, int]:
    """How many orders ever wore each of the twelve labels."""
    worn = Counter[str]()
    for state in OrderEvent.objects.values_list("new", "order_id").distinct():
        worn[state[0]] += 1
    ever = {
        "payout_pending": PayoutLine.objects.filter(payout__attempts__isnull=False),
        "payout_paid": PayoutLine.objects.filter(payout__paid_at__isnull=False),
        "payout_failed": PayoutLine.objects.filter(
            Q(payout__attempts__state__in=("failed", "returned")) | Q(payout__state="failed")
        ),
    }
    worn.update({slug: rows.values("order_id").distinct().count() for slug, rows in ever.items()})
    return {label.slug: worn[label.slug] for label in LABELS}


def unfinished() -> int:
    """Orders not in a final state: refused, lapsed, cancelled, failed, or kept to the end and paid."""
    free = Q(state__in=("refused", "lapsed", "cancelled", "failed"))
    paid = PayoutLine.objects.filter(payout__state=Payout.State.PAID).values("order_id")
    kept = (Q(state="completed") | Q(state="achieved", deleted_early=True)) & Q(pk__in=paid)
    return Order.objects.exclude(free | kept).count()


def drift() -> int:
    """Fen by which stored balances and the sums of their entries differ, all accounts together."""
    book = LedgerAccount.objects.annotate(summed=Coalesce(Sum("entries__amount"), 0))
    return sum(abs(account.balance - account.summed) for account in book)


def digest() -> str:
    """SHA-256 over (order number, move, cause, business time, fen), sorted as bytes."""
    rows = OrderEvent.objects.values_list("order__number", "old", "new", "cause", "at", "order__price", "order__fee")
    lines = [f"{n} {old}>{new} {cause} {at.isoformat()} {price + fee}" for n, old, new, cause, at, price, fee in rows]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def report(*, season: Season) -> dict[str, Any]:
    """The JSON of `rehearse`."""
    stats = season.control.get("stats/")
    violations = sorted({violation.rule for violation in audit.run()})
    fees = Transfer.objects.filter(reason=Reason.FEE).aggregate(total=Sum("amount"))["total"]
    return {
        "labels": labels(),
        "orders": Order.objects.count(),
        "posts": stats["posts"],
        "double_posts": stats["doubles"],
        "orders_without_final_state": unfinished(),
        "ledger_drift_fen": drift(),
        "audit": ", ".join(violations) or "clean",
        "payouts": dict(Counter(Payout.objects.values_list("state", flat=True))),
        "tasks": dict(Counter(Task.objects.values_list("state", flat=True))),
        "fee_fen": fees or 0,
        "notices": Notice.objects.count(),
        "faults": dict(season.faults),
        "digest": digest(),
    }
