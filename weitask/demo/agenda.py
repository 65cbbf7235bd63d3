"""When each sweep is due next, asked again only when something it looked at may have changed.

A market of a month has hundreds of moments, and at each of them one or two of twenty sweeps have work. An answer is
kept together with the words of the statements that read it, tables and columns among them. It is forgotten as soon as
one of the tables is written to; by an UPDATE only when one of the columns it sets was read too.
"""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import connection

from weitask import sweeps

_WORD: Final = re.compile(r"[a-z_]+")
_UPDATE: Final = re.compile(r'UPDATE "?[a-z_]+"?(?: AS)?(?: [a-z]+)?\s+SET\s+(.*?)(?:\sFROM\s|\sWHERE\s|$)', re.DOTALL)
_NESTED: Final = re.compile(r"\([^()]*\)|\bCASE\b(?:(?!\bCASE\b).)*?\bEND\b", re.DOTALL)
_SET: Final = re.compile(r'"?([a-z_]+)"?\s*=')


@dataclass(frozen=True)
class _Answer:
    due: datetime | None
    words: frozenset[str]
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
        text = str(sql).strip()
        if self._reading is not None:
            self._reading.update(_WORD.findall(text))
        elif not text.startswith("SELECT"):
            self._forget(text)
        return execute(sql, params, many, context)

    def _forget(self, text: str) -> None:
        tables = self._known.intersection(_WORD.findall(text))
        if not tables:
            return
        columns = written_columns(text)
        self._answers = {
            name: kept
            for name, kept in self._answers.items()
            if not kept.words & tables or (columns is not None and not kept.words & columns)
        }


def written_columns(text: str) -> frozenset[str] | None:
    """What a plain UPDATE sets; None for any other statement, which may write whole rows."""
    bare, found = text, 1
    while found:
        bare, found = _NESTED.subn(" ", bare)
    update = _UPDATE.match(bare)
    return frozenset(_SET.findall(update[1])) if update else None
