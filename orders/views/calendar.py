"""日程: the coming starts of one's accounts, day by day (R60, R68)."""

from datetime import datetime
from itertools import groupby
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts import workspace
from accounts.models import User
from accounts.workspace import owner_required
from orders import labels, sheets
from orders.queries import Coming
from weitask import clock, keyset, lists
from weitask.forms import whole_numbers
from weitask.lists import Found
from weitask.periods import START_TO, midnight, shanghai


@owner_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """From today 00:00 in Shanghai to the last start there can be; days without a start are left out.

    `?after=` is the order that the page before ended with.
    """
    if lists.is_wanted(request):
        return _FILE.answer(request)
    user = workspace.active(request).user
    if not isinstance(user, User):
        raise Http404
    now = clock.now()
    after = whole_numbers(request.GET.getlist("after"))
    rows = _coming(user, now).after(after[-1] if after else None, count=keyset.SIZE + 1)
    shown = rows[: keyset.SIZE]
    page = keyset.Page(shown, shown[-1].pk if len(rows) > keyset.SIZE else None, None)
    lines = ((order, labels.label(order)) for order in shown)
    days = [(day, list(some)) for day, some in groupby(lines, key=lambda line: shanghai(line[0].start_at).date())]
    context = {"days": days, "now": now, "today": shanghai(now).date(), "page": page}
    return render(request, "orders/calendar.html", context)


def _coming(owner: User, now: datetime) -> Coming:
    return Coming(owner, start=midnight(shanghai(now).date()), end=now + START_TO)


def _found(owner: User, _asked: QueryDict) -> Found:
    return Found(sheets.ORDERS, _coming(owner, clock.now()), "pk", sheets.of_orders)


_FILE: Final = lists.offer("orders_calendar", _("日程"), _found)
