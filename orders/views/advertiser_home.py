"""The home of an advertiser: what needs attention, tasks by state, money, next starts."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import workspace
from accounts.workspace import advertiser_required, own_advertiser
from billing import queries as money
from orders import labels, queries
from tasks import policy
from tasks import queries as task_queries
from tasks.models import LIVE, Task, TaskState
from tasks.querysets import TaskQuerySet
from weitask import clock
from weitask.money import yuan
from weitask.questions import Rows

DAYS = 30
LATELY = timedelta(days=7)


def _tasks(advertiser: Any) -> TaskQuerySet:
    return Task.objects.visible_to(advertiser).only("form", "state", "text", "start_at", "first_start_at")


_RECENT: Final = Rows(lambda advertiser: _tasks(advertiser).order_by("-pk")[:6])
_ATTENTION: Final = Rows(
    lambda advertiser: _tasks(advertiser).filter(state__in=(TaskState.REJECTED, TaskState.LAPSED))[:5]
)
_COMING: Final = Rows(
    lambda advertiser, now: (
        _tasks(advertiser).filter(state__in=LIVE, last_start_at__gt=now).order_by("first_start_at")[:5]
    )
)
_LOST: Final = Rows(lambda advertiser, since: queries.lost(advertiser=advertiser, since=since)[:5])


def home(request: HttpRequest) -> HttpResponse:
    """Called by `orders.views.home` for an advertiser's workspace."""
    advertiser = workspace.active(request).advertiser
    assert advertiser is not None  # noqa: S101 [the caller knows the workspace]
    now = clock.now()
    counts = task_queries.state_counts(advertiser=advertiser)
    wallet = money.wallet(advertiser_id=advertiser.pk, now=now)
    recent = _RECENT.all(advertiser=advertiser.pk)
    last = max(task_queries.latest_offers(recent).values(), key=lambda offer: offer.submitted_at, default=None)
    context = {
        "now": now,
        "wallet": wallet,
        "threshold": policy.THRESHOLD,
        "below": advertiser.is_enterprise and wallet.recharged_total < policy.THRESHOLD,
        "states": [(state, counts[state.value]) for state in TaskState],
        "attention": _ATTENTION.all(advertiser=advertiser.pk),
        "lost": [(order, labels.label(order)) for order in _LOST.all(advertiser=advertiser.pk, since=now - LATELY)],
        "coming": _COMING.all(advertiser=advertiser.pk, now=now),
        "recent": recent,
        "low": last.total if last and wallet.spendable < last.total else None,
    }
    return render(request, "orders/advertiser_home.html", context)


@advertiser_required
@require_GET
def trend(request: HttpRequest) -> HttpResponse:
    """Spend and reach of the last days, fetched after the page: it adds up thousands of orders of a busy advertiser."""
    days = queries.by_day(advertiser=own_advertiser(request), now=clock.now(), days=DAYS)
    chart = {
        "moments": [f"{one.day:%m-%d}" for one in days],
        "lines": [
            {"name": _("消费（元）"), "values": [yuan(one.spent) for one in days]},
            {"name": _("覆盖人数"), "values": [one.reached for one in days], "right": True},
        ],
    }
    spent, reached = sum(one.spent for one in days), sum(one.reached for one in days)
    return render(request, "orders/_trend.html", {"chart": chart, "spent": spent, "reached": reached, "days": DAYS})
