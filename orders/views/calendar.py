"""日程: the coming starts of one's accounts, day by day (R60, R68)."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import workspace
from accounts.models import User
from accounts.workspace import owner_required
from orders import labels, queries
from weitask import clock, keyset
from weitask.forms import whole_numbers
from weitask.periods import START_TO, midnight, shanghai


@owner_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """From today 00:00 in Shanghai to the last start there can be; days without a start are left out.

    `?after=` is the order that the page before ended with.
    """
    user = workspace.active(request).user
    if not isinstance(user, User):
        raise Http404
    now = clock.now()
    today = shanghai(now).date()
    after = whole_numbers(request.GET.getlist("after"))
    rows = queries.coming(
        owner=user,
        start=midnight(today),
        end=now + START_TO,
        after=after[-1] if after else None,
        count=keyset.SIZE + 1,
    )
    shown = [(order, labels.label(order)) for order in rows[: keyset.SIZE]]
    days = [(day, list(some)) for day, some in groupby(shown, key=lambda row: shanghai(row[0].start_at).date())]
    more = shown[-1][0].pk if len(rows) > keyset.SIZE else None
    context = {"days": days, "now": now, "today": today, "more": more}
    return render(request, "orders/calendar.html", context)
