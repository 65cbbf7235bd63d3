"""通知: the inbox of a login (R65, R69)."""

from typing import Final

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import notices, sheets
from accounts.forms import ChannelsForm
from accounts.models import Notice, User, WeiboAccount
from accounts.querysets import NoticeQuerySet
from weitask import clock, lists, sorting
from weitask.lists import Found
from weitask.sorting import Sort

SORTS = (Sort("oldest", gettext_lazy("最早"), F("pk")),)


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first; `?unread=1` shows only what was not read, `?ordering=` one of `SORTS`."""
    if lists.is_wanted(request):
        return _FILE.answer(request)
    rows = _asked_for(_user(request), request.GET)
    return render(request, "accounts/notices.html", {"page": sorting.page(request, rows, SORTS), "sorts": SORTS})


def _asked_for(user: User, asked: QueryDict) -> NoticeQuerySet:
    rows = Notice.objects.visible_to(user)
    return rows.unread() if asked.get("unread") else rows


def _found(user: User, asked: QueryDict) -> Found:
    rows, key = sorting.order(asked, _asked_for(user, asked), SORTS)
    return Found(sheets.NOTICES, rows, key, sheets.of_notices)


_FILE: Final = lists.offer("notices", gettext_lazy("通知"), _found)


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


@login_required
@require_http_methods(["GET", "POST"])
def channels(request: HttpRequest) -> HttpResponse:
    """Which topics also go to Weibo and by e-mail; the inbox has them all."""
    user = _user(request)
    form = ChannelsForm(request.POST or None, initial=ChannelsForm.of(user))
    if request.method == "POST" and form.is_valid():
        notices.choose_channels(user=user, quiet=form.quiet, mailed=form.cleaned_data["mail"])
        messages.success(request, _("通知方式已保存"))
        return HttpResponseRedirect(reverse("notice_channels"))
    proven = EmailAddress.objects.filter(user=user, primary=True, verified=True).first()
    shown = {
        "form": form,
        "rows": form.rows(),
        "email": proven,
        "weibo": user.weibo_accounts.filter(token_state=WeiboAccount.Token.VALID).exists(),
    }
    return render(request, "accounts/notice_channels.html", shown)


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 [login_required]
    return user
