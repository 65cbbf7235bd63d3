"""Lists sorted by what their page offers: `?ordering=` in the address, the newest first without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Extract
from django.http import HttpRequest
from django.utils.functional import Promise

from weitask import keyset


@dataclass(frozen=True)
class Sort:
    """One way to sort: what the address says, what the page says, and a whole number without nulls to sort by."""

    slug: str
    name: Promise
    by: Combinable
    falling: bool = False


def moment(column: str) -> Combinable:
    """A moment to sort by, in seconds; what has none comes as the oldest."""
    return Coalesce(Cast(Extract(column, "epoch"), BigIntegerField()), Value(0, BigIntegerField()))


def page(request: HttpRequest, rows: QuerySet[Any], sorts: Sequence[Sort]) -> keyset.Page | keyset.OrderedPage:
    """The page that the address asks for."""
    after, before, sort = request.GET.get("after", ""), request.GET.get("before", ""), _asked(request, sorts)
    if sort is None:
        return keyset.page(rows, after=after, before=before)
    return keyset.ordered(rows.annotate(sort_key=sort.by), key="sort_key", descending=sort.falling, after=after)


def first(request: HttpRequest, rows: QuerySet[Any], sorts: Sequence[Sort], *, count: int) -> list[Any]:
    """The first rows in the order of the page, for a file."""
    sort = _asked(request, sorts)
    if sort is None:
        return keyset.window(rows, key="-pk", seen=None, count=count)
    key = "-sort_key" if sort.falling else "sort_key"
    return keyset.window(rows.annotate(sort_key=sort.by), key=key, seen=None, count=count)


def _asked(request: HttpRequest, sorts: Sequence[Sort]) -> Sort | None:
    return next((one for one in sorts if one.slug == request.GET.get("ordering")), None)
