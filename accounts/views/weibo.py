"""微博帐号: what is bound, until when it is authorised, renewing and giving it back (R12)."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import media, sheets, weibo_binding
from accounts.models import User, WeiboAccount
from accounts.views.refused import tell
from weitask import clock, lists, sorting
from weitask.forms import chosen
from weitask.lists import Found
from weitask.refusal import Refusal
from weitask.sorting import Sort

SORTS: Final = (
    Sort("-followers", gettext_lazy("粉丝数从多到少"), F("followers"), falling=True),
    Sort("expires", gettext_lazy("授权最早到期"), sorting.moment("token_expires_at", missing=sorting.NEVER)),
)


@login_required
@require_GET
def weibo_accounts(request: HttpRequest) -> HttpResponse:
    """The Weibo accounts of the login, newest first; `?state=` of the authorisation, `?ordering=` one of `SORTS`."""
    if lists.is_wanted(request):
        return _FILE.answer(request)
    context = {
        "page": sorting.page(request, _asked_for(_user(request), request.GET), SORTS),
        "states": WeiboAccount.Token.choices,
        "chosen": chosen(request.GET, WeiboAccount.Token),
        "sorts": SORTS,
    }
    return render(request, "accounts/weibo_accounts.html", context)


def _asked_for(user: User, asked: QueryDict) -> QuerySet[WeiboAccount]:
    mine = WeiboAccount.objects.filter(user=user).select_related("media").defer("token")
    state = chosen(asked, WeiboAccount.Token)
    return mine.filter(token_state=state) if state else mine


def _found(user: User, asked: QueryDict) -> Found:
    rows, key = sorting.order(asked, _asked_for(user, asked), SORTS)
    return Found(sheets.WEIBO_ACCOUNTS, rows, key, sheets.of_weibo_accounts)


_FILE: Final = lists.offer("weibo_accounts", gettext_lazy("微博帐号"), _found)


@login_required
@require_POST
def unbind(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the authorisation back to Weibo."""
    weibo = get_object_or_404(WeiboAccount, pk=pk, user=request.user.pk)
    try:
        weibo_binding.unbind(weibo=weibo, by=_user(request), now=clock.now())
    except Refusal as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("已解除 @%(name)s 的授权") % {"name": weibo.screen_name})
    return HttpResponseRedirect(reverse("weibo_accounts"))


@login_required
@require_POST
def open_media(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the account for the 授权审核."""
    weibo = get_object_or_404(WeiboAccount, pk=pk, user=request.user.pk)
    try:
        account = media.open_account(weibo=weibo, by=_user(request), now=clock.now())
    except Refusal as refusal:
        tell(request, refusal)
        return HttpResponseRedirect(reverse("weibo_accounts"))
    messages.success(request, _("已提交授权审核，通过后即可接单。现在可以先设定价格。"))
    return HttpResponseRedirect(reverse("media_account", args=[account.pk]))


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 [login_required]
    return user
