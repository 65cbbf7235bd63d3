"""通知: the inbox of a login (R65, R69)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts import notices
from accounts.models import Notice, User
from weitask import clock, keyset


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first; `?unread=1` shows only what was not read."""
    rows = Notice.objects.visible_to(_user(request))
    if request.GET.get("unread"):
        rows = rows.unread()
    page = keyset.page(rows, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return render(request, "accounts/notices.html", {"page": page})


@login_required
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one read and go where it points."""
    user = _user(request)
    notice = get_object_or_404(Notice.objects.visible_to(user), pk=pk)
    notices.mark_read(notice=notice, by=user, now=clock.now())
    inside = url_has_allowed_host_and_scheme(notice.url, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(notice.url if notice.url and inside else reverse("notices"))


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything read."""
    notices.mark_all_read(by=_user(request), now=clock.now())
    return HttpResponseRedirect(reverse("notices"))


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 [login_required]
    return user
