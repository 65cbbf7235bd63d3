"""微博帐号: what is bound, until when it is authorised, renewing and giving it back (R12)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import media, weibo_binding
from accounts.models import User, WeiboAccount
from accounts.views.refused import tell
from weitask import clock, keyset
from weitask.refusal import Refusal


@login_required
@require_GET
def weibo_accounts(request: HttpRequest) -> HttpResponse:
    """The Weibo accounts of the login, newest first."""
    mine = WeiboAccount.objects.filter(user=request.user.pk).select_related("media").defer("token")
    page = keyset.page(mine, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return render(request, "accounts/weibo_accounts.html", {"page": page})


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
