"""The order in which submissions are taken: the nearest start first, without what another reviewer has in hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from accounts.models import User
from tasks.models import Submission
from tasks.querysets import SubmissionQuerySet
from weitask.questions import Rows


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ids of the submissions before and after one in this reviewer's queue; None at an end."""

    before: int | None
    after: int | None


def first(*, reviewer: User, now: datetime) -> int | None:
    """Where to begin."""
    return _open_to(reviewer, now).order_by("next_start_at", "-pk").values_list("pk", flat=True).first()


def neighbours(*, submission: Submission, reviewer: User, now: datetime) -> Neighbours:
    """What lies beside it; nothing beside what no longer waits."""
    start = submission.next_start_at
    if start is None:
        return Neighbours(None, None)
    here = {"reviewer": reviewer.pk, "now": now, "start": start, "pk": submission.pk}
    sooner, later = _SOONER.first(**here), _LATER.first(**here)
    return Neighbours(before=sooner and sooner[0], after=later and later[0])


def onward(*, submission: Submission, reviewer: User, now: datetime) -> int | None:
    """What comes next once this one is decided: the one after it, else the first; None when the queue is done.

    `submission` as it was before the decision, which took its start away.
    """
    return neighbours(submission=submission, reviewer=reviewer, now=now).after or first(reviewer=reviewer, now=now)


def _open_to(reviewer: Any, now: Any) -> SubmissionQuerySet:
    """What waits for this reviewer: not read by another, not waiting for another's second look."""
    rows: SubmissionQuerySet = Submission.objects.in_review().reviewable_by(reviewer)
    rows = rows.exclude(Q(claim__until__gt=now) & ~Q(claim__by=reviewer))
    return rows.exclude(first_approval__by=reviewer)


def _beside(*, later: bool) -> "Rows[tuple[int]]":
    """The submission next to a place in the queue, one way or the other."""
    beyond, among_equals = ("gt", "lt") if later else ("lt", "gt")
    order = ("next_start_at", "-pk") if later else ("-next_start_at", "pk")

    def rows(reviewer: Any, now: Any, start: Any, pk: Any) -> "QuerySet[Submission, tuple[int]]":
        there = Q(**{f"next_start_at__{beyond}": start}) | Q(next_start_at=start, **{f"pk__{among_equals}": pk})
        return _open_to(reviewer, now).filter(there).order_by(*order).values_list("pk")[:1]

    return Rows(rows)


_LATER: Final = _beside(later=True)
_SOONER: Final = _beside(later=False)
