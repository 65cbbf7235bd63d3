"""Results of a task as a workbook: a small one at once, a large one as an export that a worker makes (R89)."""

from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.workspace import advertiser_of
from orders import results, workbook
from tasks.models import Task
from weitask import exports
from weitask.exports import Asked, Content, Kind, Source
from weitask.models import Export

AT_ONCE: Final = 5_000  # orders whose workbook a page makes while one waits


def is_small(task: Task) -> bool:
    """Whether a page can make the workbook while one waits for it."""
    return task.orders.order_by()[: AT_ONCE + 1].count() <= AT_ONCE


def ask(*, task: Task, by: User, now: datetime) -> Export:
    """The export of a task's results; see `weitask.exports.ask`."""
    return exports.ask(kind=OF_TASK, asked={"task": task.pk}, by=by, now=now, rows=task.orders.count())


def filename(task_id: int) -> str:
    """What the file is called at the reader's."""
    return f"weitask-{task_id}.xlsx"


def _content(by: User, asked: Asked) -> Content:
    task = Task.objects.visible_to(advertiser_of(by)).filter(pk=asked["task"]).first()
    if task is None:
        raise PermissionDenied
    return Content(workbook.sheets(summary=results.summary(task), lines=results.lines(task)))


def _source(asked: Asked) -> Source:
    pk = asked["task"]
    name = _("任务 #%(id)s") % {"id": pk}
    return Source(name, reverse("task", args=[pk]), reverse("task_export", args=[pk]))


OF_TASK: Final = exports.register(
    Kind("task", content=_content, source=_source, filename=lambda asked: filename(asked["task"]))
)
