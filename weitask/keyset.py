"""Pages of a list by the last row seen: the same cost on page 1 and page 5,000, no count (performance sheet, C)."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.db.models.lookups import GreaterThan, LessThan

from weitask import questions

SIZE: Final = 20


class Windowed(Protocol):
    """Rows that find their own windows; querysets are the usual ones."""

    def window(self, *, key: str, seen: tuple[int, int] | None, count: int) -> list[Any]:
        """The first `count` rows behind the (value, id) seen; see `window` below."""


Rows = QuerySet[Any] | Windowed


@dataclass(frozen=True)
class Page:
    """Rows of one page, newest first; `next`/`previous` are ids for `?after=`/`?before=`, or None at the ends."""

    rows: list[Any]
    next: int | None
    previous: int | None


def page(rows: Rows, *, after: str = "", before: str = "", size: int = SIZE) -> Page:
    """One page of rows ordered by id, newest first. Nonsense in `after` or `before` means the first page."""
    if _is_id(before):
        found = window(rows, key="pk", seen=(int(before), int(before)), count=size + 1)
        more_before = len(found) > size
        found = found[:size][::-1]
        more_after = True
    else:
        seen = (int(after), int(after)) if _is_id(after) else None
        found = window(rows, key="-pk", seen=seen, count=size + 1)
        more_after = len(found) > size
        found = found[:size]
        more_before = _is_id(after)
    if not found:
        return Page([], None, None)
    return Page(found, found[-1].pk if more_after else None, found[0].pk if more_before else None)


@dataclass(frozen=True)
class OrderedPage:
    """Rows of one page sorted by a column; `next` is the `?after=` of the page behind it."""

    rows: list[Any]
    next: str | None
    previous: None = None


def ordered(rows: Rows, *, key: str, descending: bool, after: str = "", size: int = SIZE) -> OrderedPage:
    """One page of rows by (`key`, id), both in one direction; see `window`. `after` is `"<value>,<id>"`."""
    value, _, pk = after.partition(",")
    seen = (int(value), int(pk)) if _is_id(value.removeprefix("-")) and _is_id(pk) else None
    found = window(rows, key=f"-{key}" if descending else key, seen=seen, count=size + 1)
    more, found = len(found) > size, found[:size]
    return OrderedPage(found, f"{getattr(found[-1], key)},{found[-1].pk}" if more else None)


def window(rows: Rows, *, key: str, seen: tuple[int, int] | None, count: int) -> list[Any]:
    """The first `count` rows behind the (value, id) seen.

    `key` is an integer column or annotation without nulls, `-` for descending; ties go by id in the same direction.
    """
    if not isinstance(rows, QuerySet):
        return rows.window(key=key, seen=seen, count=count)
    return list(_window(rows, key, seen, count))


def in_order(rows: QuerySet[Any], key: str) -> QuerySet[Any]:
    """The rows by the `key` of `window`."""
    tie = "-pk" if key.startswith("-") else "pk"
    return rows.order_by(tie) if key == tie else rows.order_by(key, tie)


class Kept:
    """A list that is opened often: put into SQL once for each way to turn its pages (`weitask.questions`).

    `rows` takes a `Given` for each of its parameters, `of` brings their values: ids, not objects.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any]]) -> None:
        self._rows = rows
        self._names = [*inspect.signature(rows).parameters]
        self._asked: dict[tuple[str, bool, int], questions.Rows[Any]] = {}

    def of(self, **given: Any) -> Windowed:
        """The list of these values."""
        return _Of(self, given)

    def asked(self, key: str, *, behind: bool, count: int) -> "questions.Rows[Any]":
        """One way to ask; where it goes on `behind` a row, that row is given as `value` and `id`."""
        way = key, behind, count
        if way not in self._asked:
            own = len(self._names)
            self._asked[way] = questions.Rows(
                lambda *given: _window(self._rows(*given[:own]), key, given[own:] or None, count),
                [*self._names, *(("value", "id") if behind else ())],
            )
        return self._asked[way]


@dataclass(frozen=True)
class _Of:
    kept: Kept
    given: dict[str, Any]

    def window(self, *, key: str, seen: tuple[int, int] | None, count: int) -> list[Any]:
        value, pk = seen or (None, None)
        return self.kept.asked(key, behind=seen is not None, count=count).all(**self.given, value=value, id=pk)


def _window(rows: QuerySet[Any], key: str, seen: Any, count: int) -> QuerySet[Any]:
    falling, column = key.startswith("-"), key.removeprefix("-")
    behind = rows.filter(_behind(column, seen, falling=falling)) if seen else rows
    return in_order(behind, key)[:count]


def _behind(column: str, seen: Any, *, falling: bool) -> Any:
    """A comparison of rows, so that an index on (column, id) begins at the very row also among many equal values."""
    value, pk = seen
    if column == "pk":
        return Q(pk__lt=pk) if falling else Q(pk__gt=pk)
    compare = LessThan if falling else GreaterThan
    return compare(_row(F(column), F("pk")), _row(value, pk))


def _row(*parts: Any) -> Func:
    return Func(*parts, function="ROW", output_field=BooleanField())


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
