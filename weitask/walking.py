"""A list read whole, a step in memory at a time, for a file (R89).

Of a queryset the ids are read first, in its order: each row comes once, however the list is sorted and whatever changes
meanwhile, and what is asked for again, row by row, is only what its reader may still see.
"""

from array import array
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet

from weitask import keyset
from weitask.keyset import Rows
from weitask.xlsx import MOST_ROWS

STEP: Final = 2_000


class Walk(NamedTuple):
    """The steps of a list, and how many rows they are together; 0 where nobody has counted."""

    steps: Iterator[list[Any]]
    length: int


def through(rows: Rows, *, key: str) -> Walk:
    """A list by the `key` of `keyset.window`."""
    if isinstance(rows, QuerySet):
        return in_order(keyset.in_order(rows, key))
    return Walk(_windows(rows, key), 0)


def in_order(rows: "QuerySet[Any]") -> Walk:
    """The rows of a queryset in its own order, as many as a sheet holds."""
    ids = array("q", rows.prefetch_related(None).values_list("pk", flat=True)[:MOST_ROWS].iterator())
    return Walk(_batches(rows, ids), len(ids))


def _batches(rows: "QuerySet[Any]", ids: "array[int]") -> Iterator[list[Any]]:
    for start in range(0, len(ids), STEP):
        some = ids[start : start + STEP].tolist()
        found = rows.in_bulk(some)
        yield [found[pk] for pk in some if pk in found]


def _windows(rows: Rows, key: str) -> Iterator[list[Any]]:
    seen = None
    while found := keyset.window(rows, key=key, seen=seen, count=STEP):
        yield found
        last = found[-1]
        seen = getattr(last, key.removeprefix("-")), last.pk
        if len(found) < STEP:
            return
