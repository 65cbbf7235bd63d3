"""帮助中心 with the live values of the rules, and how to reach 客服 (R15, R50)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing import credit
from orders.labels import LABELS
from tasks.policy import THRESHOLD
from weitask import clock


@require_GET
def help_centre(request: HttpRequest) -> HttpResponse:
    """How the market works, in our own words."""
    rate = credit.fee_rate_at(at=clock.now())
    return render(
        request, "public/help.html", {"labels": LABELS, "threshold": THRESHOLD, "fee_percent": f"{rate / 100:g}"}
    )


@require_GET
def support(request: HttpRequest) -> HttpResponse:
    """How to reach support, and what to have at hand."""
    return render(request, "public/support.html")
