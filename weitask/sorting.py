"""Lists sorted by what their page offers: `?ordering=` in the address, the newest first without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import BigIntegerField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Extract
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

from weitask import keyset

NEVER: Final = 10**12  # seconds; later than any moment


@dataclass(frozen=True)
class Sort:
    """One way to sort: what the address says, what the page says, and a whole number without nulls to sort by."""

    slug: str
    name: Promise
    by: Combinable
    falling: bool = False


def moment(column: str, *, missing: int = 0) -> Combinable:
    """A moment to sort by, in seconds; what has none comes as the oldest, or as `missing` says."""
    return Coalesce(Cast(Extract(column, "epoch"), BigIntegerField()), Value(missing, BigIntegerField()))


def page(request: HttpRequest, rows: QuerySet[Any], sorts: Sequence[Sort]) -> keyset.Page | keyset.OrderedPage:
    """The page that the address asks for."""
    after, before, sort = request.GET.get("after", ""), request.GET.get("before", ""), _asked(request.GET, sorts)
    if sort is None:
        return keyset.page(rows, after=after, before=before)
    return keyset.ordered(rows.annotate(sort_key=sort.by), key="sort_key", descending=sort.falling, after=after)


def order(asked: QueryDict, rows: QuerySet[Any], sorts: Sequence[Sort]) -> tuple[QuerySet[Any], str]:
    """The rows with what the address sorts them by, and the `key` of `keyset.window` for it."""
    sort = _asked(asked, sorts)
    if sort is None:
        return rows, "-pk"
    return rows.annotate(sort_key=sort.by), "-sort_key" if sort.falling else "sort_key"


def _asked(asked: QueryDict, sorts: Sequence[Sort]) -> Sort | None:
    return next((one for one in sorts if one.slug == asked.get("ordering")), None)
