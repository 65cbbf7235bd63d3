"""已结束: a task ends when no order holds money any more and 24 hours have passed since its last start (spec 3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from orders.batches import in_batches
from orders.models import Order
from orders.moves import HOLDING_MONEY
from tasks import review
from tasks.models import Submission, Task, TaskState
from weitask.periods import EARN_AFTER
from weitask.questions import Question

ENDS_AFTER: Final = EARN_AFTER  # since the last start


def close_due(now: datetime) -> int:
    """End the running tasks that are over; their frozen sum is 0 then (A13, audited as L10)."""
    ids = list(_over().filter(last_start_at__lte=now - ENDS_AFTER).order_by("pk").values_list("pk", flat=True))
    return in_batches(ids=ids, work=lambda some: _close(some, now=now), sweep="orders.close", now=now)


def next_due(now: datetime) -> datetime | None:
    """When the next task that is over has had its 24 hours."""
    last = _OVER.earliest()
    return max(now, last + ENDS_AFTER) if last else None


def _over() -> QuerySet[Task]:
    holding = Order.objects.filter(task=OuterRef("pk"), state__in=HOLDING_MONEY)
    in_review = Submission.objects.filter(task=OuterRef("pk"), state=Submission.State.IN_REVIEW)
    return Task.objects.filter(state=TaskState.RUNNING).exclude(Exists(holding)).exclude(Exists(in_review))


_OVER: Final = Question(_over, column="last_start_at")


def _close(ids: Sequence[int], *, now: datetime) -> int:
    """Whoever adds orders holds the task's row: only what is still over under that lock ends (A17)."""
    locked = Task.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk")
    held = list(locked.values_list("pk", flat=True))
    over = _over().filter(pk__in=held, last_start_at__lte=now - ENDS_AFTER)
    return review.close(task_ids=list(over.values_list("pk", flat=True)), now=now)
