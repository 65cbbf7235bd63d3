"""Pages of the desk's lists: by the last row seen, in whatever order, with a count that stops."""

from copy import copy
from dataclasses import dataclass
from typing import Any, Final, Self, cast

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property
from unfold.views import ChangeList

from weitask import counting, cursors, questions

ROWS: Final = 20  # of a page
AFTER: Final = "after"
BEFORE: Final = "before"


class AtLeast(int):
    """A number that is the least there can be: `1000+` wherever it is shown."""

    def __str__(self) -> str:
        return f"{int(self)}+"


class Counted(Paginator):
    """How many rows there are, up to a thousand; nobody turns its pages."""

    @cached_property
    def count(self) -> int:
        found = counting.upto(cast(QuerySet[Any], self.object_list), counting.LIST)
        return AtLeast(counting.LIST) if found > counting.LIST else found


@dataclass(frozen=True)
class _Opened:
    """A list as it is opened, without search, filter or other order: put into SQL once for everybody.

    People differ in nothing but their id, by which they are kept from their own rows (A48).
    """

    ordered: cursors.Ordered
    rows: questions.Rows[Any]
    counted: questions.Rows[Any]
    prefetched: tuple[Any, ...]

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> Self:
        """`rows` are those of `questions.somebody`."""
        ordered = cursors.Ordered(rows)
        return cls(
            ordered,
            questions.Rows(lambda: ordered.first(ROWS)),
            questions.Rows(lambda: counting.some(rows, counting.LIST)),
            rows._prefetch_related_lookups,  # type: ignore[attr-defined]
        )

    def page(self, person: int) -> cursors.Slice:
        found = self.rows.all(person=person)
        if self.prefetched:
            prefetch_related_objects(found, *self.prefetched)
        return self.ordered.opening(found, ROWS)


class Cursored(ChangeList):
    """A list of the desk: `after` and `before` are cursors of `weitask.cursors`; nonsense means the first page."""

    first = next = previous = ""  # query strings of other pages, empty where there is none

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet[Any]:
        """The rows that filters and search leave; cursors are no filters, and no filter or sort link keeps them."""
        for name in (AFTER, BEFORE):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        if request.GET or self.model not in _OPENED:
            return self._all(request, exclude_parameters)
        self.filter_specs, self.has_filters, *_, self.has_active_filters = self.get_filters(request)
        return cast(QuerySet[Any], SimpleLazyObject(lambda: self._all(request, exclude_parameters)))

    def _all(self, request: HttpRequest, without: list[str | None] | None = None) -> QuerySet[Any]:
        return cast(QuerySet[Any], super().get_queryset(request, without))

    def get_results(self, request: HttpRequest) -> None:
        """The rows of the page; a list that is edited in place takes them as a query."""
        page, found = self._page(request)
        self.result_count = AtLeast(counting.LIST) if found > counting.LIST else found
        self.full_result_count, self.show_full_result_count, self.show_admin_actions = None, False, True
        self.multi_page = found > ROWS
        self.result_list = page.rows
        if page.next:
            self.next = self.get_query_string({AFTER: page.next})
        if page.previous:
            self.first, self.previous = self.get_query_string(), self.get_query_string({BEFORE: page.previous})
        if self.list_editable:
            self.result_list = self.queryset.all()
            self.result_list._result_cache = page.rows  # type: ignore[attr-defined]

    def _page(self, request: HttpRequest) -> tuple[cursors.Slice, int]:
        """The rows, and how many there are in all; one more than a thousand stands for any number above."""
        if not request.GET:
            opened, person = self._opened(request), cast(int, request.user.pk)
            return opened.page(person), questions.counts([opened.counted], person=person)[0]
        after, before = request.GET.get(AFTER, ""), request.GET.get(BEFORE, "")
        page = cursors.cut(self.queryset, after=after, before=before, size=ROWS)
        return page, counting.upto(self.queryset, counting.LIST)

    def _opened(self, request: HttpRequest) -> _Opened:
        if self.model not in _OPENED:
            anybody = copy(request)
            anybody.user = questions.somebody(cast(Any, request.user))
            own: Any = self.root_queryset  # type: ignore[has-type]
            self.root_queryset = self.model_admin.get_queryset(anybody)
            _OPENED[self.model] = _Opened.of(self._all(anybody))
            self.root_queryset = own
        return _OPENED[self.model]


_OPENED: Final[dict[type[Model], _Opened]] = {}  # the lists of the desk
