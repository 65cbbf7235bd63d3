"""A statement on its page and as its file, narrowed and sorted by the address, alike in 钱包 and 收入 (R120, R128)."""

from typing import Any, Final

from django.db.models import F
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from billing import sheets
from billing.forms import StatementForm
from billing.queries import Statement
from weitask import keyset
from weitask.lists import Found
from weitask.sorting import Sort

SORTS: Final = (Sort("oldest", _("最早"), F("pk")),)


def context(request: HttpRequest, lines: Statement) -> dict[str, Any]:
    """What `billing/_statement.html` shows: newest first, with `?ordering=oldest` as the book was written."""
    form = StatementForm(request.GET, lines=lines)
    narrowed = form.narrowed()
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    if _key(request.GET) == "pk":
        page: Any = keyset.ordered(narrowed, key="pk", descending=False, after=after)
    else:
        page = keyset.page(narrowed, after=after, before=before)
    return {"page": page, "search": form, "narrowed": narrowed.is_narrowed, "sorts": SORTS}


def found(lines: Statement, asked: QueryDict) -> Found:
    """The same lines in the same order, for the file."""
    return Found(sheets.HEAD, StatementForm(asked, lines=lines).narrowed(), _key(asked), sheets.of_entries)


def _key(asked: QueryDict) -> str:
    return "pk" if asked.get("ordering") == "oldest" else "-pk"
