"""Reading: the advertiser's tasks, the review queue, and what a decision would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import Advertiser, MediaAccount, User
from tasks.models import Decision, Image, Item, Submission, Task, TaskState
from weitask import counting
from weitask.questions import Rows, among

NEAREST_FIRST: Final = (F("next_start_at").asc(nulls_last=True), "-pk")  # how the queue is read (A15)
_STATES: Final = """
SELECT one, (SELECT count(*) FROM (
    SELECT FROM tasks_task WHERE advertiser_id = %(advertiser)s AND state = one LIMIT %(most)s) AS few)
FROM unnest(%(states)s::text[]) AS one
"""
_LAST_DECISION: Final = Rows(lambda task: Decision.objects.filter(task=task).order_by("-at", "-id")[:1])
_ASKED_FOR: Final = Rows(
    lambda task: Submission.objects.filter(
        task=task, state__in=[Submission.State.IN_REVIEW, Submission.State.APPROVED]
    ).values_list("net", "fee", "coverage")
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text; `marks` are the findings that stand on it, empty for plain text."""

    text: str
    marks: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision would do, counted and in fen."""

    orders: int  # approve: orders to send out
    money: int  # approve: to freeze; reject: to give back
    lapsing: int = 0  # approve: selections whose start has come


def namable(*, advertiser: Advertiser, task: Task | None) -> "QuerySet[MediaAccount]":
    """The accounts a page may name and price to this advertiser: those they see (R5), and those the draft has already,
    which they saw when they chose them."""
    # Asked account by account: `pk__in` beside an "or" would collect the whole market first.
    seen = Q(Exists(MediaAccount.objects.visible_to(advertiser).filter(pk=OuterRef("pk"))))
    if task is not None:
        seen |= Q(Exists(task.selections.filter(account_id=OuterRef("pk"))))
    return MediaAccount.objects.filter(seen).select_related("category")


def mine(*, advertiser: Advertiser) -> "QuerySet[Task]":
    """An advertiser's tasks, newest first, with `selected` (in the draft) and `ordered` (dispatched)."""
    approved = Q(submissions__state=Submission.State.APPROVED)
    return (
        Task.objects.visible_to(advertiser)
        .annotate(
            selected=Count("selections", distinct=True),
            ordered=Count("submissions__items", filter=approved & Q(submissions__items__lapsed_at=None), distinct=True),
        )
        .order_by("-pk")
    )


def state_counts(*, advertiser: Advertiser) -> dict[str, int]:
    """How many of the advertiser's tasks are in each state, zeros included; a count stops (`weitask.counting`)."""
    known: dict[str, Any] = {"advertiser": advertiser.pk, "states": TaskState.values, "most": counting.LIST + 1}
    with connection.cursor() as cursor:
        cursor.execute(_STATES, known)
        return dict(cursor.fetchall())


def visible_task(*, advertiser: Advertiser, task_id: int) -> Task:
    """One of the advertiser's own tasks.

    Raises:
        Task.DoesNotExist: not theirs or not there; pages answer 404.
    """
    return Task.objects.visible_to(advertiser).select_related("advertiser").get(pk=task_id)


def last_decision(*, task: Task) -> Decision | None:
    """The newest decision: its reason is what the advertiser reads after a rejection or a stop (R41)."""
    return _LAST_DECISION.first(task=task.pk)


def asked_for(*, task: Task) -> tuple[int, int, int]:
    """Net, fee and 覆盖人数 of what is in review or approved."""
    rows = _ASKED_FOR.all(task=task.pk)
    net, fee, coverage = (sum(column) for column in zip(*rows, strict=True)) if rows else (0, 0, 0)
    return net, fee, coverage


def desk(*, reviewer: Any) -> "QuerySet[Submission]":
    """What this reviewer may decide or look up, the nearest start first (A15, A48), with `items_open`."""
    rows = Submission.objects.reviewable_by(reviewer).select_related("task__advertiser")
    # A subquery for the rows shown; grouping would join the items of the whole queue first.
    held = Item.objects.filter(submission=OuterRef("pk"), lapsed_at=None).order_by()
    counted = held.values("submission").annotate(number=Count("*")).values("number")
    rows = rows.annotate(items_open=Coalesce(Subquery(counted), 0))
    return rows.order_by(*NEAREST_FIRST)


def waiting(*, reviewer: User) -> int:
    """How many submissions wait for this reviewer."""
    return Submission.objects.in_review().reviewable_by(reviewer).count()


def pictures(*, submission: Submission) -> dict[int, Image]:
    """Every picture of a submission and its items, and the proof of sales authorisation, by id (R42, R44)."""
    named = set(submission.image_ids)
    for ids in Item.objects.filter(submission=submission).values_list("image_ids", flat=True):
        named.update(ids)
    if submission.task.proof_id:
        named.add(submission.task.proof_id)
    return Image.objects.filter(advertiser_id=submission.task.advertiser_id).in_bulk(named)


def marked(*, text: str, where: str, findings: Sequence[dict[str, Any]]) -> list[Segment]:
    """The text cut at the edges of its findings, so that a page can show each where it stands (F61)."""
    here = [one for one in findings if one["where"] == where and one["start"] < one["end"] <= len(text)]
    edges = sorted({0, len(text), *(one["start"] for one in here), *(one["end"] for one in here)})
    return [
        Segment(text[start:end], tuple(one for one in here if one["start"] <= start and end <= one["end"]))
        for start, end in pairwise(edges)
    ]


def effect_of_approval(*, submission: Submission, now: datetime) -> Effect:
    """What approving at `now` would freeze and send out."""
    items = submission.items.filter(lapsed_at=None)
    due = items.filter(start_at__gt=now)
    return Effect(orders=due.count(), money=_cost(due), lapsing=items.filter(start_at__lte=now).count())


def effect_of_rejection(*, submission: Submission) -> Effect:
    """What rejecting would give back."""
    items = submission.items.filter(lapsed_at=None)
    return Effect(orders=0, money=_cost(items))


def history(*, advertiser: Advertiser) -> dict[str, int]:
    """How often this advertiser was approved, rejected and stopped, for the reviewer's eye."""
    rows = Decision.objects.filter(task__advertiser=advertiser).values_list("verdict").annotate(n=Count("pk"))
    return {verdict: count for verdict, count in rows}


def past_decisions(*, advertiser: Advertiser, besides: Task, count: int = 5) -> list[Decision]:
    """The last decisions about an advertiser's other tasks, newest first."""
    rows = Decision.objects.filter(task__advertiser=advertiser).exclude(task=besides)
    return list(rows.select_related("task", "by")[:count])


def live_tasks(*, reviewer: User) -> "QuerySet[Task]":
    """Tasks that can be stopped by this reviewer."""
    return Task.objects.reviewable_by(reviewer).filter(state__in=(TaskState.APPROVED, TaskState.RUNNING))


def _cost(rows: "QuerySet[Any]") -> int:
    """Net and fee of items or orders, fen."""
    return rows.aggregate(total=Coalesce(Sum(F("price") + F("fee")), 0))["total"]


_LATEST: Final = Rows(
    lambda tasks: Submission.objects.filter(among("task_id", tasks)).order_by("task_id", "-number").distinct("task_id")
)


def latest_offers(tasks: Sequence[Task]) -> dict[int, Submission]:
    """What was last laid before a reviewer, by task id: reach and cost of a task that has no orders yet; one query."""
    return {one.task_id: one for one in _LATEST.all(tasks=[task.pk for task in tasks])} if tasks else {}
