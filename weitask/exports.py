"""Workbooks that are too long for a page to wait for: made by a worker, with progress and a file for some days (R89).

The row is the queue. A worker that dies leaves a claim that runs out; the next one begins the file anew, and only one
of them can hand a file in. What a file holds, the apps say: each registers its kinds.
"""

import logging
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Min, QuerySet
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from weitask import alarms, faultpoints, xlsx
from weitask.models import Alarm, Export
from weitask.refusal import Refusal
from weitask.xlsx import MOST_ROWS, Sheet, Value

logger = logging.getLogger(__name__)
Asked = dict[str, Any]
FRESH: Final = timedelta(minutes=10)  # a file so young is given again
KEPT: Final = timedelta(days=7)
TRIES: Final = 3
MOST_WAITING: Final = 5  # of one person
STEP: Final = 1_000  # rows between two words of how far it is

_CLAIM: Final = """
UPDATE weitask_export SET claimed_until = clock_timestamp() + interval '60 seconds', tries = tries + 1, done = 0
WHERE id = (
    SELECT id FROM weitask_export WHERE ready_at IS NULL AND failed_at IS NULL
      AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_PROGRESS: Final = """
UPDATE weitask_export SET done = %s, claimed_until = clock_timestamp() + interval '60 seconds'
WHERE id = %s AND ready_at IS NULL
"""


@dataclass(frozen=True)
class Content:
    """The sheets of a file; `rows` of the first one, the one whose progress is shown, or 0 where none were counted."""

    sheets: Sequence[Sheet]
    rows: int = 0


@dataclass(frozen=True)
class Source:
    """The page that an export was asked for on: its name, its address, and the one that asks for the file again."""

    name: str
    page: str
    file: str


@dataclass(frozen=True)
class Kind:
    """One kind of export.

    Attributes:
        content: what this person may see just now of what was asked for; its rows are read as the file is written.
            Raises `PermissionDenied` where that is nothing.
        source: where it was asked for.
        page: name of the address that shows how far it is; its file's is `<page>_file`.
    """

    name: str
    content: Callable[[Any, Asked], Content]
    source: Callable[[Asked], Source]
    page: str = "export"
    filename: Callable[[Asked], str] = lambda _asked: "weitask.xlsx"


_KINDS: Final[dict[str, Kind]] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known to the pages and to the workers. Once per name."""
    _KINDS[kind.name] = kind
    return kind


def kind_of(export: Export) -> Kind:
    """What registered itself under the export's name."""
    if export.kind not in _KINDS:
        import_module(settings.ROOT_URLCONF)  # a worker has not loaded the pages yet, which register what they offer
    return _KINDS[export.kind]


def ask(*, kind: Kind, asked: Asked, by: Any, now: datetime, rows: int = 0) -> Export:
    """The export that is under way for this person, or was ready a moment ago, or a new one for a worker to make.

    Raises:
        Refusal: `exports_waiting`, too many of this person's are not ready yet.
    """
    mine = Export.objects.filter(by=by, failed_at=None)
    language = translation.get_language() or "zh-hans"
    same = mine.filter(kind=kind.name, asked=asked, language=language, asked_at__gt=now - FRESH)
    if (known := same.order_by("-pk").first()) is not None:
        return known
    if mine.filter(ready_at=None).count() >= MOST_WAITING:
        raise Refusal("exports_waiting", _("还有导出未完成，请稍后再试"))
    return Export.objects.create(kind=kind.name, asked=asked, by=by, language=language, asked_at=now, rows=rows)


def make_due(now: datetime) -> int:
    """Make one workbook that waits, and forget old ones; returns how many were made."""
    _forget(now)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM)
        row = cursor.fetchone()
    if row is None:
        return 0
    export = Export.objects.select_related("by").get(pk=row[0])
    faultpoints.hit("export.claimed")
    try:
        return _make(export, now=now)
    except (PermissionDenied, Http404):  # the right was taken away between asking and making
        _waiting().filter(pk=export.pk).update(failed_at=now)
    except Exception as error:
        logger.exception("export %s could not be made", export.pk)
        if export.tries >= TRIES:
            _waiting().filter(pk=export.pk).update(failed_at=now)
            text = f"{type(error).__name__}: {error}"[:500]
            alarms.raise_alarm(kind=Alarm.Kind.SWEEP_ROW, key=f"weitask.exports:{export.pk}", text=text, now=now)
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
    if not export.by.is_active:
        raise PermissionDenied
    with tempfile.TemporaryFile() as file, translation.override(export.language):
        content = kind_of(export).content(export.by, export.asked)
        if content.rows:
            _waiting().filter(pk=export.pk).update(rows=content.rows)
        first, *others = content.sheets
        xlsx.write(file, [replace(first, rows=_told(export, first)), *others])
        file.seek(0)
        name = default_storage.save(f"exports/{secrets.token_hex(16)}.xlsx", File(file))
    made = _waiting().filter(pk=export.pk).update(ready_at=now, file=name)
    if not made:  # somebody else was quicker
        default_storage.delete(name)
    return made


def _told(export: Export, sheet: Sheet) -> Iterator[Sequence[Value]]:
    """The rows that a sheet can hold; the page hears on the way how many there were."""
    done = 0
    for done, row in enumerate(islice(sheet.rows, MOST_ROWS), start=1):
        if done % STEP == 0:
            _progress(export.pk, done)
        yield row
    _progress(export.pk, done)


def _progress(pk: int, done: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, [done, pk])


def _forget(now: datetime) -> None:
    """Old ones go, file first: a file without a row would never be found again."""
    for export in Export.objects.filter(asked_at__lte=now - KEPT).order_by("pk")[:100]:
        if export.file:
            export.file.delete(save=False)
        export.delete()
