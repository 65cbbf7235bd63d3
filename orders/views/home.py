"""`/`: the landing page for strangers, the home of the active identity for everybody else (R1)."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts import workspace
from orders.views import advertiser_home, owner_home


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Where a visit begins."""
    space = workspace.active(request)
    if space.user is None:
        return render(request, "public/landing.html")
    if space.is_advertiser:
        return advertiser_home.home(request)
    if space.is_owner:
        return owner_home.home(request)
    if space.user.is_staff:
        return HttpResponseRedirect(reverse("admin:index"))
    return HttpResponseRedirect(reverse("identity"))
