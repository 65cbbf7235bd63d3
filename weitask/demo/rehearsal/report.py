"""What came of it, counted from the product's rows and the sandbox's own book (spec 9)."""

from collections import Counter
from typing import Any, Final

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import Notice
from billing import audit
from billing.models import LedgerAccount, Payout, PayoutLine, Reason, Transfer
from orders.labels import LABELS
from orders.models import Order, OrderEvent
from tasks.models import Task
from weitask.demo.rehearsal.digest import digest
from weitask.demo.rehearsal.script import Script

MUST_BE_ZERO: Final = ("double_posts", "orders_without_final_state", "ledger_drift_fen")
MUST_NOT_BE_ZERO: Final = ("tasks", "fee_fen", "notices", "faults")


def labels() -> dict[str, int]:
    """How many orders ever wore each of the twelve labels."""
    moves = OrderEvent.objects.order_by().values_list("new", "order_id").distinct()
    worn = Counter(state for state, _order in moves)
    ever = {
        "payout_pending": PayoutLine.objects.filter(payout__attempts__isnull=False),
        "payout_paid": PayoutLine.objects.filter(payout__paid_at__isnull=False),
        "payout_failed": PayoutLine.objects.filter(
            # A payout without an attempt began as 支付失败: there was no card.
            Q(payout__attempts__state__in=("failed", "returned"))
            | Q(payout__state=Payout.State.FAILED)
            | Q(payout__card_fixed_at__isnull=False)
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


def report(*, script: Script) -> dict[str, Any]:
    """The JSON of `rehearse`."""
    stats = script.control.get("stats/")
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
        "payouts": _counts(Payout),
        "tasks": _counts(Task),
        "fee_fen": fees or 0,
        "notices": Notice.objects.count(),
        "faults": script.faults,
        "digest": digest(),
    }


def broken(found: dict[str, Any], *, whole: bool) -> list[str]:
    """The promises that a report breaks; after a `whole` season also what it should have met and did not."""
    bad = [key for key in MUST_BE_ZERO if found[key]]
    bad += ["audit"] if found["audit"] != "clean" else []
    bad += [f"none: {key}" for key in MUST_NOT_BE_ZERO if not _sum(found[key])]
    if whole:
        bad += [f"never: {kind}" for part in ("labels", "faults") for kind, count in found[part].items() if not count]
    return bad


def _sum(value: int | dict[str, int]) -> int:
    return sum(value.values()) if isinstance(value, dict) else value


def _counts(model: type[Payout | Task]) -> dict[str, int]:
    return dict(sorted(Counter(model.objects.values_list("state", flat=True)).items()))
