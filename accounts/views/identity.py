"""身份选择 (R1): the choice itself; the page that offers it is `identity`."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts import identity, workspace
from accounts.models import Identity, User
from weitask import clock
from weitask.refusal import Refusal


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Offer the three identities."""
    return render(request, "accounts/identity.html", _page(request))


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Take an identity or switch to it, then go on to where the user was heading."""
    sent = request.POST
    profile = identity.Profile(sent.get("name", ""), sent.get("contact", ""), sent.get("phone", ""))
    user = request.user
    assert isinstance(user, User)  # noqa: S101 [login_required]
    try:
        identity.choose(user=user, identity=sent.get("identity", ""), profile=profile, now=clock.now())
    except Refusal as refusal:
        for problem in refusal.problems:
            messages.error(request, problem.message)
        context = {**_page(request), "problems": refusal.problems, "sent": sent}
        return render(request, "accounts/identity.html", context, status=refusal.status)
    return HttpResponseRedirect(_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))


def _page(request: HttpRequest) -> dict[str, object]:
    space = workspace.active(request)
    return {
        "identities": Identity.choices,
        "next": _next(request),
        "advertiser": space.advertiser,
        "held": workspace.identities(space.user) if space.user else (),
    }


def _next(request: HttpRequest) -> str:
    """Where to go on, if it is on this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else ""
