"""What came of a task: every account's order with its label and its spread, and the totals (R66, R88, A13, A47)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from billing.models import Reason, Transfer
from orders.labels import LABELS, Label, label_of
from orders.models import Order
from orders.moves import EARNED, HOLDING_MONEY, POSTED
from tasks.models import Item, Task


@dataclass(frozen=True)
class Line:
    """One order of the report; `label` is the single label of A2."""

    order: Order
    label: Label

    @property
    def is_posted(self) -> bool:
        return self.order.state in POSTED


@dataclass(frozen=True)
class Totals:
    """Sums over a task's orders; money in fen, counts of posted orders only.

    Attributes:
        cost: net + fee of all orders as dispatched.
        frozen: of orders still under way.
        charged: of orders that earned.
        released: of orders that cost nothing (R67).
        goodwill: what the platform gave because the stop was its own fault (A22).
        coverage: followers of all orders (A38); `reached` of the posted ones.
    """

    orders: int
    posted: int
    cost: int
    frozen: int
    charged: int
    released: int
    goodwill: int
    coverage: int
    reached: int
    reposts: int
    comments: int
    likes: int

    @property
    def cpm(self) -> int | None:
        """千次覆盖成本 in fen: what was charged for a thousand followers reached; None while nobody was."""
        return round(self.charged * 1000 / self.reached) if self.reached else None


@dataclass(frozen=True)
class Report:
    """A task's results as they stand."""

    task: Task
    lines: list[Line]
    totals: Totals
    by_label: dict[str, int]  # slug of fulfilment → how many, zeros included
    review_lapsed: int  # selections whose start passed in review; no order was made (A15)


def report(task: Task) -> Report:
    """The report of a task; the caller has looked the task up among its own (spec 5)."""
    orders: list[Any] = list(task.orders.with_payout().select_related("account__weibo").order_by("start_at", "pk"))
    counted = Counter(order.state for order in orders)
    return Report(
        task=task,
        lines=[Line(order, label_of(state=order.state, payout_state=order.payout_state)) for order in orders],
        totals=_totals(task, orders),
        by_label={label.slug: counted[label.slug] for label in LABELS if not label.is_payout},
        review_lapsed=Item.objects.filter(submission__task=task, lapsed_at__isnull=False).count(),
    )


def _totals(task: Task, orders: Sequence[Order]) -> Totals:
    posted = [order for order in orders if order.state in POSTED]
    frozen = sum(order.total for order in orders if order.state in HOLDING_MONEY)
    charged = sum(order.total for order in orders if order.state in EARNED)
    cost = sum(order.total for order in orders)
    return Totals(
        orders=len(orders),
        posted=len(posted),
        cost=cost,
        frozen=frozen,
        charged=charged,
        released=cost - frozen - charged,
        goodwill=_goodwill(task),
        coverage=sum(order.followers for order in orders),
        reached=sum(order.followers for order in posted),
        reposts=sum(order.reposts for order in posted),
        comments=sum(order.comments for order in posted),
        likes=sum(order.likes for order in posted),
    )


def _goodwill(task: Task) -> int:
    paid = Transfer.objects.filter(reason=Reason.GOODWILL, reference__in=task.decisions.values("pk"))
    return paid.aggregate(total=Sum("amount"))["total"] or 0
