"""What somebody shows beside the session: a second factor for the desk, a proof of the moment for a card and for
terms of money (faults, section 4). Asking and limits are allauth's; its clock is the real one, in the demo too."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

View = Callable[..., Any]
_asked: Final = reauthentication_required(lambda _request: True)


def of_second_step(request: HttpRequest) -> bool:
    """Whether this session showed a factor that is still its user's; always, where `STAFF_SECOND_STEP` is off."""
    if not settings.STAFF_SECOND_STEP:
        return True
    records = get_authentication_records(request, request.user)
    shown = [record["id"] for record in records if record["method"] == "mfa"]
    return bool(shown) and Authenticator.objects.filter(user=request.user.pk, pk__in=shown).exists()


def lead_to_second_step(request: HttpRequest, *, back: str) -> HttpResponse:
    """To the question for the factor, or to the page where the first one is switched on; `back` is an address."""
    if is_mfa_enabled(request.user):
        return HttpResponseRedirect(_with_next("mfa_reauthenticate", back))
    messages.warning(
        request, _("运营后台管理他人的资金与内容，须经两步验证进入。请在此开启两步验证，然后返回运营后台。")
    )
    return HttpResponseRedirect(_with_next("mfa_activate_totp", back))


def of_the_moment(request: HttpRequest) -> bool:
    """Whether password or factor were asked for within `ACCOUNT_REAUTHENTICATION_TIMEOUT`, after the login itself.

    Who has neither, having come by Weibo alone, cannot be asked and passes.
    """
    try:
        return bool(_asked(request))
    except ReauthenticationRequired:
        return False


def of_the_moment_required(view: View) -> View:
    """A view for somebody logged in that first wants a proof of the moment; a form opens with it, so that little is
    typed in vain. What was sent too late is dropped: allauth would keep it in the session, a card number in clear."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs) if of_the_moment(request) else _ask(request)

    return wrapper


def _ask(request: HttpRequest) -> HttpResponse:
    question = get_adapter(request).get_reauthentication_methods(request.user)[0]["url"]
    address = _with_next(question, request.headers.get("HX-Current-URL") or request.get_full_path())
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _with_next(page: str, back: str) -> str:
    return f"{resolve_url(page)}?{urlencode({REDIRECT_FIELD_NAME: back})}"
