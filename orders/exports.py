"""Results as a workbook: small ones at once, large ones by a worker, with progress and a file for some days (R89).

The row is the queue. A worker that dies leaves a claim that runs out; the next one begins the file anew, and only one
of them can hand a file in.
"""

import logging
import secrets
import tempfile
from datetime import datetime, timedelta
from typing import Final

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Min, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from orders import results, workbook
from orders.models import Export
from tasks.models import Task
from weitask import alarms, faultpoints
from weitask.models import Alarm
from weitask.refusal import Refusal

logger = logging.getLogger(__name__)
AT_ONCE: Final = 5_000  # orders whose workbook a page makes while one waits
FRESH: Final = timedelta(minutes=10)  # a file so young is given again
KEPT: Final = timedelta(days=7)
TRIES: Final = 3
MOST_WAITING: Final = 5  # of one person

_CLAIM: Final = """
UPDATE orders_export SET claimed_until = clock_timestamp() + interval '60 seconds', tries = tries + 1, done = 0
WHERE id = (
    SELECT id FROM orders_export WHERE ready_at IS NULL AND failed_at IS NULL
      AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_PROGRESS: Final = """
UPDATE orders_export SET done = %s, claimed_until = clock_timestamp() + interval '60 seconds'
WHERE id = %s AND ready_at IS NULL
"""


def is_small(task: Task) -> bool:
    """Whether a page can make the workbook while one waits for it."""
    return task.orders.order_by()[: AT_ONCE + 1].count() <= AT_ONCE


def ask(*, task: Task, by: User, now: datetime) -> Export:
    """The export that is under way for this person, or was ready a moment ago, or a new one for a worker to make.

    Raises:
        Refusal: `exports_waiting`, too many of this person's are not ready yet.
    """
    mine = Export.objects.filter(by=by, failed_at=None)
    language = translation.get_language() or "zh-hans"
    known = mine.filter(task=task, language=language, asked_at__gt=now - FRESH).order_by("-pk").first()
    if known is not None:
        return known
    if mine.filter(ready_at=None).count() >= MOST_WAITING:
        raise Refusal("exports_waiting", _("还有导出未完成，请稍后再试"))
    return Export.objects.create(task=task, by=by, language=language, asked_at=now, rows=task.orders.count())


def filename(task: Task) -> str:
    """What the file is called at the reader's."""
    return f"weitask-{task.pk}.xlsx"


def make_due(now: datetime) -> int:
    """Make one workbook that waits, and forget old ones; returns how many were made."""
    _forget(now)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM)
        row = cursor.fetchone()
    if row is None:
        return 0
    export = Export.objects.select_related("task").get(pk=row[0])
    faultpoints.hit("export.claimed")
    try:
        return _make(export, now=now)
    except Exception as error:
        logger.exception("export %s could not be made", export.pk)
        if export.tries >= TRIES:
            _waiting().filter(pk=export.pk).update(failed_at=now)
            text = f"{type(error).__name__}: {error}"[:500]
            alarms.raise_alarm(kind=Alarm.Kind.SWEEP_ROW, key=f"orders.exports:{export.pk}", text=text, now=now)
        return 0


def next_due(now: datetime) -> datetime | None:
    """Now, when one waits; else when the oldest is forgotten."""
    if _waiting().exists():
        return now
    oldest: datetime | None = Export.objects.aggregate(oldest=Min("asked_at"))["oldest"]
    return oldest and oldest + KEPT


def _waiting() -> QuerySet[Export]:
    return Export.objects.filter(ready_at=None, failed_at=None)


def _make(export: Export, *, now: datetime) -> int:
    with tempfile.TemporaryFile() as file, translation.override(export.language):
        lines = results.lines(export.task, progress=lambda done: _progress(export.pk, done))
        workbook.write(file, summary=results.summary(export.task), lines=lines)
        file.seek(0)
        name = default_storage.save(f"exports/{secrets.token_hex(16)}.xlsx", File(file))
    made = _waiting().filter(pk=export.pk).update(ready_at=now, file=name)
    if not made:  # somebody else was quicker
        default_storage.delete(name)
    return made


def _progress(pk: int, done: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, [done, pk])


def _forget(now: datetime) -> None:
    """Old ones go, file first: a file without a row would never be found again."""
    for export in Export.objects.filter(asked_at__lte=now - KEPT).order_by("pk")[:100]:
        if export.file:
            export.file.delete(save=False)
        export.delete()
