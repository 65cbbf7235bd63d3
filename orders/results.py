"""What came of a task: every account's order with its label and its spread, and the totals (R66, R88, A13, A47)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Sum

from billing.models import Reason, Transfer
from orders.labels import LABELS, Label, label_of
from orders.models import Order
from orders.moves import EARNED, HOLDING_MONEY, POSTED
from tasks.models import Item, Task
from weitask import walking


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
class Summary:
    """What a task's orders come to as they stand."""

    task: Task
    totals: Totals
    by_label: dict[str, int]  # slug of fulfilment → how many, zeros included
    review_lapsed: int  # selections whose start passed in review; no order was made (A15)


@dataclass(frozen=True)
class Report(Summary):
    """A task's results as they stand."""

    lines: list[Line]


def report(task: Task) -> Report:
    """The report of a task; the caller has looked the task up among its own (spec 5)."""
    orders = _of(task).order_by("start_at", "pk")
    return Report(**vars(summary(task)), lines=[_line(order) for order in orders])


def summary(task: Task) -> Summary:
    """The same without its lines, however many there are."""
    by_state = _sums(task)
    labels = [label.slug for label in LABELS if not label.is_payout]
    return Summary(
        task=task,
        totals=_totals(task, by_state),
        by_label={slug: by_state[slug]["orders"] if slug in by_state else 0 for slug in labels},
        review_lapsed=Item.objects.filter(submission__task=task, lapsed_at__isnull=False).count(),
    )


def lines(task: Task) -> Iterator[Line]:
    """The lines of the report one after the other, a step in memory at a time."""
    for orders in walking.in_order(_of(task).order_by("start_at", "pk")).steps:
        yield from map(_line, orders)


def _of(task: Task) -> Any:
    return task.orders.with_payout().select_related("account__weibo")


def _line(order: Any) -> Line:
    return Line(order, label_of(state=order.state, payout_state=order.payout_state))


def _sums(task: Task) -> dict[str, dict[str, int]]:
    """Sums over the orders by their state; money in fen."""
    rows = task.orders.order_by().values("state")
    found: Any = rows.annotate(
        orders=Count("pk"),
        cost=Sum(F("price") + F("fee")),
        **{name: Sum(name) for name in ("followers", "reposts", "comments", "likes")},
    )
    return {row["state"]: row for row in found}


def _totals(task: Task, by_state: dict[str, dict[str, int]]) -> Totals:
    def total(name: str, states: Iterable[str]) -> int:
        return sum(by_state[state][name] for state in states if state in by_state)

    cost, frozen, charged = (total("cost", states) for states in (by_state, HOLDING_MONEY, EARNED))
    return Totals(
        orders=total("orders", by_state),
        posted=total("orders", POSTED),
        cost=cost,
        frozen=frozen,
        charged=charged,
        released=cost - frozen - charged,
        goodwill=_goodwill(task),
        coverage=total("followers", by_state),
        reached=total("followers", POSTED),
        **{name: total(name, POSTED) for name in ("reposts", "comments", "likes")},
    )


def _goodwill(task: Task) -> int:
    paid = Transfer.objects.filter(reason=Reason.GOODWILL, reference__in=task.decisions.values("pk"))
    return paid.aggregate(total=Sum("amount"))["total"] or 0
