"""What pages and the API ask about orders; each starts from what the caller may see (spec 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate

from accounts.models import Advertiser, MediaAccount, User
from orders.labels import LABELS
from orders.models import Order, OrderEvent, PublishAttempt, Reading, Verdict
from orders.moves import EARNED, POSTED, TAKES_SLOT, UNCHARGED, State
from orders.querysets import OrderQuerySet
from tasks.models import LIVE, Task
from weitask import counting, keyset
from weitask.periods import EARN_AFTER, SHANGHAI, cutoff_for, shanghai
from weitask.questions import Rows, among

# Each label is counted where its rows lie together: in the index of an owner's orders by state, and payout by payout.
_LABELS: Final = """
SELECT label, (SELECT count(*) FROM (
    SELECT FROM orders_order WHERE owner_id = %(owner)s AND state = label LIMIT %(most)s) AS few)
FROM unnest(%(states)s::text[]) AS label
UNION ALL
SELECT 'payout_' || label, (SELECT count(*) FROM (
    SELECT FROM billing_payout p JOIN billing_payoutline l ON l.payout_id = p.id
    WHERE p.owner_id = %(owner)s AND p.state = label LIMIT %(most)s) AS few)
FROM unnest(%(payouts)s::text[]) AS label
"""


# Each state gives its next orders from the index, so that a busy week is not sorted whole for its first day.
_COMING: Final = """
SELECT one.id FROM unnest(%(states)s::text[]) AS state (name) CROSS JOIN LATERAL (
    SELECT id, start_at FROM orders_order
    WHERE owner_id = %(owner)s AND state = state.name AND start_at >= %(start)s AND start_at < %(end)s {behind}
    ORDER BY start_at, id LIMIT %(count)s
) AS one ORDER BY one.start_at, one.id LIMIT %(count)s
"""
_BEHIND: Final = """
    AND (start_at, id) > (SELECT start_at, id FROM orders_order WHERE id = %(after)s AND owner_id = %(owner)s)
"""


_WITHOUT_A_POST: Final = (State.REFUSED, State.LAPSED, State.CANCELLED)


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


def lines(user: User) -> OrderQuerySet:
    """The same as `of_owner`, with what a line of a list shows and no more: a row has eighty columns."""
    shown = ("number", "form", "text", "state", "start_at", "price", "account__screen_name")
    return Order.objects.visible_to_owner(user).with_payout().select_related("account").only(*shown)


_BY_START: Final = Rows(lambda user, ids: lines(user).filter(among("pk", ids)).order_by("start_at", "pk"))
LINES: Final = keyset.Kept(lines)  # as the list opens, without filter or sort


def of_advertiser(advertiser: Advertiser) -> OrderQuerySet:
    """The orders of one's own tasks, with account and payout label, newest first."""
    return Order.objects.visible_to_advertiser(advertiser).with_payout().select_related("account", "task")


def lost(*, advertiser: Advertiser, since: datetime) -> OrderQuerySet:
    """Orders of running tasks that ended without a charge, so that others may take their place, the latest first."""
    ended = Order.objects.visible_to_advertiser(advertiser).filter(state__in=UNCHARGED, ended_at__gt=since)
    rows = ended.filter(task__state__in=LIVE).with_payout().select_related("account")
    return rows.only("task_id", "state", "account__screen_name").order_by("-ended_at")


@dataclass(frozen=True)
class Coming:
    """The owner's orders that start between two moments and have not ended without a post, by start."""

    owner: User
    start: datetime
    end: datetime

    def after(self, pk: int | None, *, count: int) -> list[Order]:
        """The first ones, or those that follow the order with this id."""
        known: dict[str, Any] = {
            "owner": self.owner.pk,
            "states": [state.value for state in State if state not in _WITHOUT_A_POST],
            "start": self.start,
            "end": self.end,
            "after": pk,
            "count": count,
        }
        with connection.cursor() as cursor:
            cursor.execute(_COMING.format(behind=_BEHIND if pk else ""), known)
            ids = [pk for (pk,) in cursor.fetchall()]
        return _BY_START.all(user=self.owner.pk, ids=ids)

    def window(self, *, key: str, seen: tuple[int, int] | None, count: int) -> list[Order]:
        """As `keyset.window` has it, in the one order there is."""
        return self.after(seen and seen[1], count=count)


def recent_work(*, account: MediaAccount, count: int = 8) -> list[Order]:
    """The last posts of an account that still stand as far as we know, newest first: how they spread, never for whom
    they were made nor what they cost."""
    posted = Order.objects.filter(account=account, state__in=[State.PUBLISHED, *EARNED])
    standing = posted.filter(deleted_early=False, exempt_from=None, first_missing_at=None)
    shown = standing.only("form", "text", "weibo_id", "posted_at", "reposts", "comments", "likes")
    return list(shown.order_by("-start_at")[:count])


def content(order: Order) -> dict[str, str]:
    """What will be posted, as the preview shows it: form, text, and the original of a repost."""
    submission = order.item.submission
    return {
        "form": order.form,
        "text": order.text,
        "source_url": submission.source_url,
        "source_text": submission.source_text,
    }


def label_counts(*, owner: User) -> dict[str, int]:
    """How many of the owner's orders wear each of the twelve labels, by slug, zeros included (R112).

    An order in a batch is counted under fulfilment and under payment, as the filters match either axis (A2). A count
    stops at 1,001, which stands for any number above (`weitask.counting`).
    """
    with connection.cursor() as cursor:
        states = {payment: [label.value for label in LABELS if label.is_payout == payment] for payment in (False, True)}
        known: dict[str, Any] = {
            "owner": owner.pk,
            "states": states[False],
            "payouts": states[True],
            "most": counting.LIST + 1,
        }
        cursor.execute(_LABELS, known)
        return dict(cursor.fetchall())


_TOTALS: Final = Rows(
    lambda tasks: (
        Order.objects.filter(among("task_id", tasks))
        .order_by()
        .values_list("task_id")
        .annotate(
            orders=Count("pk"),
            taken=Count("pk", filter=Q(state__in=TAKES_SLOT)),
            cost=Sum(F("price") + F("fee")),
            coverage=Sum("followers"),
        )
    )
)


def task_totals(tasks: Sequence[Task]) -> dict[int, dict[str, Any]]:
    """Orders, accepted-or-later orders, cost in fen and followers of each of these tasks, by task id; one query."""
    found = _TOTALS.all(tasks=[task.pk for task in tasks]) if tasks else []
    return {task: dict(zip(("orders", "taken", "cost", "coverage"), sums, strict=True)) for task, *sums in found}


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
