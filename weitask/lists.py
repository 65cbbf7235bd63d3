"""A list as a workbook: what the page shows with its filters, in typed cells, for who may open the page (R5, R7)."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from weitask import xlsx
from weitask.xlsx import Sheet, Value

MOST: Final = 2_000  # rows of one file, in the order of the page: made while the browser waits, under a second


def is_wanted(request: HttpRequest) -> bool:
    """Whether the page was asked for as a file: `?format=xlsx` beside its filters."""
    return request.GET.get("format") == "xlsx"


def answer(name: str, head: Sequence[Promise | str], rows: Iterable[Sequence[Value]]) -> HttpResponse:
    """The file with one sheet of that name."""
    file = BytesIO()
    xlsx.write(file, [Sheet(name, [str(one) for one in head], rows)])
    headers = {"Content-Disposition": 'attachment; filename="weitask.xlsx"'}
    return HttpResponse(file.getvalue(), content_type=xlsx.MEDIA_TYPE, headers=headers)
