"""Pages of the desk's lists: by the last row seen, in whatever order, with a count that stops."""

from typing import Any, Final, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.views import ChangeList

from weitask import counting, cursors

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


class Cursored(ChangeList):
    """A list of the desk: `after` and `before` are cursors of `weitask.cursors`; nonsense means the first page."""

    first = next = previous = ""  # query strings of other pages, empty where there is none

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet[Any]:
        """The rows that filters and search leave; cursors are no filters, and no filter or sort link keeps them."""
        for name in (AFTER, BEFORE):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        return cast(QuerySet[Any], super().get_queryset(request, exclude_parameters))

    def get_results(self, request: HttpRequest) -> None:
        """The rows of the page; a list that is edited in place takes them as a query."""
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.result_count = self.paginator.count
        self.full_result_count, self.show_full_result_count, self.show_admin_actions = None, False, True
        self.multi_page = self.result_count > self.list_per_page
        after, before = request.GET.get(AFTER, ""), request.GET.get(BEFORE, "")
        page = cursors.cut(self.queryset, after=after, before=before, size=self.list_per_page)
        self.result_list = page.rows
        if page.next:
            self.next = self.get_query_string({AFTER: page.next})
        if page.previous:
            self.first, self.previous = self.get_query_string(), self.get_query_string({BEFORE: page.previous})
        if self.list_editable:
            self.result_list = self.queryset.filter(pk__in=[row.pk for row in page.rows])
