"""The order in which submissions are taken: the nearest start first, without what another reviewer has in hand."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from tasks.models import Submission
from tasks.querysets import SubmissionQuerySet


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
    rows = _open_to(reviewer, now)
    later = rows.filter(Q(next_start_at__gt=start) | Q(next_start_at=start, pk__lt=submission.pk))
    sooner = rows.filter(Q(next_start_at__lt=start) | Q(next_start_at=start, pk__gt=submission.pk))
    return Neighbours(
        before=sooner.order_by("-next_start_at", "pk").values_list("pk", flat=True).first(),
        after=later.order_by("next_start_at", "-pk").values_list("pk", flat=True).first(),
    )


def onward(*, submission: Submission, reviewer: User, now: datetime) -> int | None:
    """What comes next once this one is decided: the one after it, else the first; None when the queue is done.

    `submission` as it was before the decision, which took its start away.
    """
    return neighbours(submission=submission, reviewer=reviewer, now=now).after or first(reviewer=reviewer, now=now)


def _open_to(reviewer: User, now: datetime) -> SubmissionQuerySet:
    """What waits for this reviewer: not read by another, not waiting for another's second look."""
    rows: SubmissionQuerySet = Submission.objects.in_review().reviewable_by(reviewer)
    rows = rows.exclude(Q(claim__until__gt=now) & ~Q(claim__by=reviewer))
    return rows.exclude(first_approval__by=reviewer)
