"""What an advertiser is told when a task starts and when its last start has passed (R65, A20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.notices import NewNotice
from orders.batches import in_batches
from orders.models import Order
from orders.moves import TAKES_SLOT, State
from tasks.models import Task, TaskState

_TOLD = (TaskState.APPROVED, TaskState.RUNNING, TaskState.ENDED)  # the advertiser of a stopped task knows


@dataclass(frozen=True)
class Tally:
    """How the owners of a task have answered."""

    accepted: int = 0
    refused: int = 0
    lapsed: int = 0
    cancelled: int = 0
    waiting: int = 0


def send_due(now: datetime) -> int:
    """Write the digests that are due; a task whose only start is its first gets one, not two. Returns how many."""
    done = in_batches(ids=_ids(_at_start(now)), work=lambda ids: _start(ids, now=now), sweep="orders.digests", now=now)
    ids = _ids(_at_last(now))
    return done + in_batches(ids=ids, work=lambda some: _closing(some, now=now), sweep="orders.digests", now=now)


def next_due(now: datetime) -> datetime | None:
    """The earliest first start or last start that nobody was told of."""
    tasks = Task.objects.filter(state__in=_TOLD)
    first = tasks.filter(digest_at=None).aggregate(due=Min("first_start_at"))["due"]
    last = tasks.filter(closing_digest_at=None).aggregate(due=Min("last_start_at"))["due"]
    return min((moment for moment in (first, last) if moment), default=None)


def tallies(*, task_ids: Sequence[int], now: datetime) -> dict[int, Tally]:
    """Answers per task; a 派单 whose start has come counts as 流单, whether its sweep was here or not (A19)."""
    unanswered = Q(state=State.DISPATCHED)
    rows = (
        Order.objects.filter(task_id__in=task_ids)
        .order_by()
        .values("task_id")
        .annotate(
            accepted=Count("pk", filter=Q(state__in=TAKES_SLOT)),
            refused=Count("pk", filter=Q(state=State.REFUSED)),
            lapsed=Count("pk", filter=Q(state=State.LAPSED) | (unanswered & Q(start_at__lte=now))),
            cancelled=Count("pk", filter=Q(state=State.CANCELLED)),
            waiting=Count("pk", filter=unanswered & Q(start_at__gt=now)),
        )
    )
    return {
        row["task_id"]: Tally(row["accepted"], row["refused"], row["lapsed"], row["cancelled"], row["waiting"])
        for row in rows
    }


def _at_start(now: datetime) -> QuerySet[Task]:
    return Task.objects.filter(state__in=_TOLD, digest_at=None, first_start_at__lte=now)


def _at_last(now: datetime) -> QuerySet[Task]:
    return Task.objects.filter(state__in=_TOLD, digest_at__isnull=False, closing_digest_at=None, last_start_at__lte=now)


def _ids(tasks: QuerySet[Task]) -> list[int]:
    return list(tasks.order_by("pk").values_list("pk", flat=True))


def _start(ids: Sequence[int], *, now: datetime) -> int:
    tasks = _lock(_at_start(now), ids)
    told = _tell(tasks, kind="task_started", now=now)
    single = Q(last_start_at=F("first_start_at"))
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(
        digest_at=now, closing_digest_at=Case(When(single, then=Value(now)), default=F("closing_digest_at"))
    )
    return told


def _closing(ids: Sequence[int], *, now: datetime) -> int:
    tasks = _lock(_at_last(now), ids)
    told = _tell(tasks, kind="task_last_start", now=now)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(closing_digest_at=now)
    return told


def _lock(tasks: QuerySet[Task], ids: Sequence[int]) -> list[Task]:
    return list(
        tasks.filter(pk__in=ids)
        .select_related("advertiser")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )


def _tell(tasks: Sequence[Task], *, kind: str, now: datetime) -> int:
    counted = tallies(task_ids=[task.pk for task in tasks], now=now)
    rows = [
        NewNotice(
            user_id=task.advertiser.user_id,
            kind=kind,
            dedupe=f"{kind}:{task.pk}:{task.last_start_at:%s}" if kind == "task_last_start" else f"{kind}:{task.pk}",
            title=_("任务已开始") if kind == "task_started" else _("任务已全部开始"),
            body=_words(counted.get(task.pk, Tally())),
            url=f"/tasks/{task.pk}/",
            weibo_uid=notices.FIRST_BOUND,
        )
        for task in tasks
    ]
    return notices.post(rows, now=now)


def _words(tally: Tally) -> Promise:
    answers = _("接单{accepted} 流单{lapsed} 拒单{refused}")
    lines = [format_lazy(answers, accepted=tally.accepted, lapsed=tally.lapsed, refused=tally.refused)]
    if tally.cancelled:
        lines.append(format_lazy(_("已取消 {count}"), count=tally.cancelled))
    if tally.waiting:
        lines.append(format_lazy(_("等待处理 {count}"), count=tally.waiting))
    return format_lazy("\n".join(["{}"] * len(lines)), *lines)
