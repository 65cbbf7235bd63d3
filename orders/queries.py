"""What pages and the API ask about orders; each starts from what the caller may see (spec 5)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate

from accounts.models import Advertiser, User
from orders.labels import LABELS
from orders.models import Order, OrderEvent, PublishAttempt, Reading, Verdict
from orders.moves import EARNED, POSTED, TAKES_SLOT, State
from orders.querysets import OrderQuerySet
from tasks.models import Task
from weitask.periods import EARN_AFTER, SHANGHAI, cutoff_for, shanghai


@dataclass(frozen=True)
class Evidence:
    """What is known of an order, oldest first: its moves, its tries to post, what was seen, what a person decided."""

    events: list[OrderEvent]
    attempts: list[PublishAttempt]
    readings: list[Reading]
    verdicts: list[Verdict]


def of_owner(user: User) -> OrderQuerySet:
    """The orders of one's own accounts, with account and payout label, newest first."""
    return Order.objects.visible_to_owner(user).with_payout().select_related("account", "late_settlement")


def of_advertiser(advertiser: Advertiser) -> OrderQuerySet:
    """The orders of one's own tasks, with account and payout label, newest first."""
    return Order.objects.visible_to_advertiser(advertiser).with_payout().select_related("account", "task")


def coming(*, owner: User, start: datetime, end: datetime) -> OrderQuerySet:
    """The owner's orders that start between two moments and have not ended without a post, by start."""
    mine = of_owner(owner).filter(start_at__gte=start, start_at__lt=end)
    return mine.exclude(state__in=(State.REFUSED, State.LAPSED, State.CANCELLED)).order_by("start_at", "pk")


def content(order: Order) -> dict[str, str]:
    """What will be posted, as the preview shows it: form, text, and the original of a repost."""
    submission = order.item.submission
    return {
        "form": order.form,
        "text": order.text,
        "source_url": submission.source_url,
        "source_text": submission.source_text,
    }


def label_counts(orders: OrderQuerySet) -> dict[str, int]:
    """How many of these orders wear each of the twelve labels, by slug, zeros included (R112).

    An order in a batch is counted under fulfilment and under payment, as the filters match either axis (A2).
    """
    plain = orders.order_by()
    found: Counter[str] = Counter()
    for state, count in plain.values_list("state").annotate(count=Count("pk")):
        found[state] += count
    paid = plain.with_payout().exclude(payout_state=None).values_list("payout_state").annotate(count=Count("pk"))
    for state, count in paid:
        found[f"payout_{state}"] += count
    return {label.slug: found[label.slug] for label in LABELS}


def task_totals(tasks: Sequence[Task]) -> dict[int, dict[str, Any]]:
    """Orders, accepted-or-later orders, cost in fen and followers of each of these tasks, by task id; one query."""
    rows = Order.objects.filter(task__in=[task.pk for task in tasks]).order_by().values("task_id")
    found = rows.annotate(
        orders=Count("pk"),
        taken=Count("pk", filter=Q(state__in=TAKES_SLOT)),
        cost=Sum(F("price") + F("fee")),
        coverage=Sum("followers"),
    )
    return {row["task_id"]: dict(row) for row in found}


@dataclass(frozen=True, slots=True)
class Day:
    """One Shanghai day: fen charged for orders that earned on it, followers of what was posted on it."""

    day: date
    spent: int
    reached: int


def by_day(*, advertiser: Advertiser, now: datetime, days: int = 30) -> list[Day]:
    """Spend and reach of each of the last `days` days, today included, oldest first; quiet days are zeros."""
    today = shanghai(now).date()
    dates = [today - timedelta(days=back) for back in reversed(range(days))]
    since = datetime.combine(dates[0], time(), SHANGHAI)
    mine = Order.objects.visible_to_advertiser(advertiser).order_by()
    spent = _per_day(mine.filter(state__in=EARNED, achieved_at__gte=since), "achieved_at", F("price") + F("fee"))
    reached = _per_day(mine.filter(state__in=POSTED, posted_at__gte=since), "posted_at", F("followers"))
    return [Day(day, spent.get(day, 0), reached.get(day, 0)) for day in dates]


def _per_day(orders: OrderQuerySet, moment: str, what: Combinable) -> dict[date, int]:
    return dict(orders.values_list(TruncDate(moment, tzinfo=SHANGHAI)).annotate(total=Sum(what)))


def forecast(order: Order) -> datetime | None:
    """The Friday 00:00 Shanghai whose batch takes the order in, if its post stands; None when it never will.

    An order that is in a batch already has no forecast either: the payout says more. One proven after its own batch
    joins the next (A34).
    """
    if getattr(order, "payout_state", None):
        return None
    if order.state in EARNED and order.achieved_at is not None:
        late = getattr(order, "late_settlement", None)
        return cutoff_for(late.at if late else order.achieved_at)
    if order.state == State.PUBLISHED and order.posted_at is not None:
        return cutoff_for(order.posted_at + EARN_AFTER)
    return None


def evidence(order: Order) -> Evidence:
    """Everything that was seen and done, for the page a person decides on."""
    return Evidence(
        events=list(order.events.select_related("by").order_by("pk")),
        attempts=list(order.attempts.order_by("pk")),
        readings=list(order.readings.order_by("pk")),
        verdicts=list(order.verdicts.select_related("by").order_by("pk")),
    )
