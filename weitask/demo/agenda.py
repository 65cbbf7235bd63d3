"""When each sweep is due next, asked again only when something it looked at may have changed.

A market of a month has hundreds of moments, and at each of them one or two of twenty sweeps have work. An answer is
kept together with the tables it was read from, and forgotten as soon as a statement writes to one of them.
"""

import re
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import connection

from weitask import sweeps

_WORD: Final = re.compile(r"[a-z]+_[a-z_]+")


@dataclass(frozen=True)
class _Answer:
    due: datetime | None
    tables: frozenset[str]
    read_at: float  # time.monotonic()


class Agenda:
    """Answers for one connection; `watching()` must be open while it is asked and while anything is written.

    `lasts`: real seconds after which an answer is read anew, for a demo in which others write as well.
    """

    def __init__(self, *, lasts: float | None = None) -> None:
        self._lasts = lasts
        self._answers: dict[str, _Answer] = {}
        self._reading: set[str] | None = None
        self._known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}

    def watching(self) -> AbstractContextManager[None]:
        """See every statement of this connection."""
        return connection.execute_wrapper(self._see)

    def due(self, name: str, *, now: datetime) -> datetime | None:
        """As `next_due` of the sweep; what is due by now is always asked."""
        answer = self._answers.get(name)
        if answer is None or self._is_old(answer) or (answer.due is not None and answer.due <= now):
            answer = self._answers[name] = self._ask(name, now)
        return answer.due

    def forget(self) -> None:
        """Something was written by another connection."""
        self._answers.clear()

    def _is_old(self, answer: _Answer) -> bool:
        return self._lasts is not None and time.monotonic() - answer.read_at > self._lasts

    def _ask(self, name: str, now: datetime) -> _Answer:
        read_at = time.monotonic()
        self._reading = set()
        try:
            due = sweeps.REGISTRY[name].next_due(now)
            return _Answer(due, frozenset(self._reading), read_at)
        finally:
            self._reading = None

    def _see(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        named = self._known.intersection(_WORD.findall(str(sql)))
        if self._reading is not None:
            self._reading |= named
        elif named and not str(sql).lstrip().startswith("SELECT"):
            self._written(named)
        return execute(sql, params, many, context)

    def _written(self, tables: Iterable[str]) -> None:
        touched = set(tables)
        self._answers = {name: kept for name, kept in self._answers.items() if not kept.tables & touched}
