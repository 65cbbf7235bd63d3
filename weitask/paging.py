"""Cursor pages of the API (spec 7): the last value and id seen, so page 5,000 costs what page 1 costs."""

import base64
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from weitask import keyset

MOST: Final = 100
_LIMIT: Final = 2**63 - 1


class CursorPages(BasePagination):
    """`{"results": […], "next": url|null, "previous": url|null}`; at most 100 rows a page.

    `key` is that of `keyset.window`. A row that appears while one reads is neither skipped nor shown twice, unless its
    own key changes.
    """

    def __init__(self, key: str = "-pk") -> None:
        self.key = key
        self.next: str | None = None
        self.previous: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        size = _size(request)
        onward, seen = _seen(request.query_params.get("cursor", ""))
        key = self.key if onward else self.key.removeprefix("-") if self.key.startswith("-") else f"-{self.key}"
        found = keyset.window(queryset, key=key, seen=seen, count=size + 1)
        more, page = len(found) > size, found[:size]
        if not onward:
            page.reverse()
        before, after = (seen is not None, more) if onward else (more, True)
        if page:
            self.next = self._link(request, page[-1], onward=True) if after else None
            self.previous = self._link(request, page[0], onward=False) if before else None
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next, "previous": self.previous})

    def _link(self, request: Request, row: Any, *, onward: bool) -> str:
        seen = cursor(getattr(row, self.key.removeprefix("-")), row.pk, onward=onward)
        asked = request.query_params.copy()
        asked["cursor"] = seen
        return f"{request.scheme}://{request.get_host()}{request.path}?{asked.urlencode()}"


def cursor(value: int, pk: int, *, onward: bool = True) -> str:
    """What stands in the address of the page behind (or, not `onward`, before) the row with this key value and id."""
    plain = f"{'n' if onward else 'p'}.{value}.{pk}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _seen(text: str) -> tuple[bool, tuple[int, int] | None]:
    """Direction and the last row seen; no cursor is the first page."""
    if not text:
        return True, None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        way, value, pk = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").split(".")
        seen = int(value), int(pk)
    except ValueError as error:
        raise NotFound(_("无效的分页游标")) from error
    if way not in ("n", "p") or max(abs(number) for number in seen) > _LIMIT:
        raise NotFound(_("无效的分页游标"))
    return way == "n", seen


def _size(request: Request) -> int:
    asked = request.query_params.get("page_size", "")
    return min(max(int(asked), 1), MOST) if asked.isascii() and asked.isdigit() and len(asked) < 10 else keyset.SIZE
