"""Pages of a list by the last id seen: the same cost on page 1 and page 5,000, no count (performance sheet, C)."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet

SIZE: Final = 20


@dataclass(frozen=True)
class Page:
    """Rows of one page, newest first; `next`/`previous` are ids for `?after=`/`?before=`, or None at the ends."""

    rows: list[Any]
    next: int | None
    previous: int | None


def page(rows: QuerySet, *, after: str = "", before: str = "", size: int = SIZE) -> Page:
    """One page of a queryset ordered by id, newest first. Nonsense in `after` or `before` means the first page."""
    if _is_id(before):
        found = list(rows.filter(pk__gt=int(before)).order_by("pk")[: size + 1])
        more_before = len(found) > size
        found = found[:size][::-1]
        more_after = True
    else:
        start = rows.filter(pk__lt=int(after)) if _is_id(after) else rows
        found = list(start.order_by("-pk")[: size + 1])
        more_after = len(found) > size
        found = found[:size]
        more_before = _is_id(after)
    if not found:
        return Page([], None, None)
    return Page(found, found[-1].pk if more_after else None, found[0].pk if more_before else None)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


@dataclass(frozen=True)
class OrderedPage:
    """Rows of one page sorted by a column; `next` is the `?after=` of the page behind it."""

    rows: list[Any]
    next: str | None
    previous: None = None


def ordered(rows: QuerySet, *, key: str, descending: bool, after: str = "", size: int = SIZE) -> OrderedPage:
    """One page of a queryset sorted by (`key`, id), both in one direction. `after` is `"<value>,<id>"`.

    Rows without a value come last and are listed only on pages that no value precedes.
    """
    value, _, pk = after.partition(",")
    if _is_id(value.removeprefix("-")) and _is_id(pk):
        side = "lt" if descending else "gt"
        same = Q(**{key: int(value), f"pk__{side}": int(pk)})
        rows = rows.filter(Q(**{f"{key}__{side}": int(value)}) | same)
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    last = found[-1] if found else None
    onward = getattr(last, key, None) is not None and more
    return OrderedPage(found, f"{getattr(last, key)},{last.pk}" if last is not None and onward else None)
