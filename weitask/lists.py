"""A list as a workbook: what the page shows with its filters, in typed cells, for who may open the page (R5, R7).

Each list names, once, what it holds for a person and an address. A short one is answered at once; a long one is made
by a worker, from the same words.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from weitask import export_pages, exports, keyset, walking, xlsx
from weitask.exports import Asked, Content, Kind, Source
from weitask.keyset import Rows
from weitask.xlsx import Sheet, Value

MOST: Final = 2_000  # rows of a file that is made while the browser waits, under a second
_NO_FILTERS: Final = ("format", "after", "before")


@dataclass(frozen=True)
class Found:
    """What somebody's list holds: `rows` by the `key` of `keyset.window`, and how a step of them is written."""

    head: Sequence[Promise | str]
    rows: Rows
    key: str
    cells: Callable[[list[Any]], Iterable[Sequence[Value]]]


@dataclass(frozen=True)
class List:
    """A list that can be taken home.

    Attributes:
        url_name: of its page.
        find: what it holds just now for a person and the filters of an address. Raises `PermissionDenied` where it is
            none of theirs.
    """

    url_name: str
    title: Promise
    find: Callable[[Any, QueryDict], Found]

    def content(self, user: Any, asked: Asked) -> Content:
        """The whole list."""
        found = self.find(user, QueryDict(asked["query"]))
        walk = walking.through(found.rows, key=found.key)
        return Content([self._sheet(found, _written(found, walk.steps))], walk.length)

    def source(self, asked: Asked) -> Source:
        """Its page with these filters."""
        page = reverse(self.url_name)
        filters = QueryDict(asked["query"], mutable=True)
        file = filters.copy()
        file["format"] = "xlsx"
        shown = f"{page}?{filters.urlencode()}" if filters else page
        return Source(str(self.title), shown, f"{page}?{file.urlencode()}")

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The file, or where it is made, for whom the request is."""
        found = self.find(request.user, request.GET)
        rows = keyset.window(found.rows, key=found.key, seen=None, count=MOST + 1)
        if len(rows) <= MOST:
            return file_of(self._sheet(found, found.cells(rows)))
        filters = request.GET.copy()
        for name in _NO_FILTERS:
            filters.pop(name, None)
        return export_pages.lead(request, kind=_KINDS[self.url_name], asked={"query": filters.urlencode()})

    def _sheet(self, found: Found, rows: Iterable[Sequence[Value]]) -> Sheet:
        return Sheet(str(self.title), [str(one) for one in found.head], rows)


_KINDS: Final[dict[str, Kind]] = {}


def offer(url_name: str, title: Promise, find: Callable[[Any, QueryDict], Found]) -> List:
    """A list whose page offers its file; the worker knows it from here on."""
    made = List(url_name, title, find)
    _KINDS[url_name] = exports.register(Kind(url_name, content=made.content, source=made.source))
    return made


def is_wanted(request: HttpRequest) -> bool:
    """Whether the page was asked for as a file: `?format=xlsx` beside its filters."""
    return request.GET.get("format") == "xlsx"


def file_of(sheet: Sheet) -> HttpResponse:
    """The file with this one sheet."""
    file = BytesIO()
    xlsx.write(file, [sheet])
    headers = {"Content-Disposition": 'attachment; filename="weitask.xlsx"'}
    return HttpResponse(file.getvalue(), content_type=xlsx.MEDIA_TYPE, headers=headers)


def _written(found: Found, steps: Iterator[list[Any]]) -> Iterator[Sequence[Value]]:
    for rows in steps:
        yield from found.cells(rows)
