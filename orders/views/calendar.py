"""日程: the coming starts of one's accounts, day by day (R60, R68)."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import workspace
from accounts.models import User
from accounts.workspace import owner_required
from orders import labels, queries
from weitask import clock
from weitask.periods import START_TO, midnight, shanghai

MOST = 300  # orders shown; the inbox has the rest


@owner_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """From today 00:00 in Shanghai to the last start there can be; days without a start are left out."""
    user = workspace.active(request).user
    if not isinstance(user, User):
        raise Http404
    now = clock.now()
    coming = queries.coming(owner=user, start=midnight(shanghai(now).date()), end=now + START_TO)[: MOST + 1]
    rows = list(coming)
    shown = [(order, labels.label(order)) for order in rows[:MOST]]
    days = [(day, list(some)) for day, some in groupby(shown, key=lambda row: shanghai(row[0].start_at).date())]
    context = {"days": days, "now": now, "today": shanghai(now).date(), "more": len(rows) > MOST}
    return render(request, "orders/calendar.html", context)
