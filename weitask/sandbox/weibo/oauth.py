"""OAuth2: the consent page, codes and tokens (weibo.md 2)."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from weitask.sandbox import clock, memory, switches
from weitask.sandbox.models import AuthCode, WeiboUser
from weitask.sandbox.weibo import tokens
from weitask.sandbox.weibo.errors import OAuthError
from weitask.sandbox.weibo.wire import Call, as_json

_CODE_SECONDS = 600
_COOKIE = "sandbox_weibo_uid"
_LOOPBACK = {"127.0.0.1", "localhost", "::1", "testserver"}
_SHOWN_USERS = 80


@dataclass(frozen=True)
class _Asked:
    """What the app asks the browser to bring."""

    client_id: str
    redirect_uri: str
    state: str
    forcelogin: bool

    def back(self, **extra: str) -> HttpResponse:
        """Send the browser back to the app."""
        joint = "&" if "?" in self.redirect_uri else "?"
        query = urlencode({"state": self.state, **extra})
        return HttpResponseRedirect(f"{self.redirect_uri}{joint}{query}")


def authorize(request: HttpRequest) -> HttpResponse:
    """The consent page: pick a Weibo user and agree, or deny. A POST of `uid` and `action` is its script."""
    clock.hear(request.headers.get("X-Weitask-Now"))
    asked = _asked(request)
    if refusal := _refusal(request, asked):
        return refusal
    if request.method == "POST":
        return _decide(request, asked)
    known = WeiboUser.objects.filter(pk=request.COOKIES.get(_COOKIE, "")).first()
    if known and switches.get("silent_reauthorise") and not asked.forcelogin:
        return _agree(asked, known)
    query = request.GET.get("q", "").strip()
    users = WeiboUser.objects.order_by("-followers_count")
    if query:
        users = users.filter(Q(screen_name__icontains=query) | Q(pk=query))
    context = {"asked": asked, "users": users[:_SHOWN_USERS], "q": query, "params": request.GET.items()}
    return render(request, "sandbox/authorize.html", context)


def access_token(call: Call) -> HttpResponse:
    """`oauth2/access_token`: a code for a token; the body is JSON under `text/plain`."""
    sent = call.request.POST
    if sent.get("client_id") != settings.SANDBOX_APP_KEY:
        raise OAuthError(21324, "client_id or client_secret parameter is invalid")
    if not secrets.compare_digest(sent.get("client_secret", "").encode(), settings.SANDBOX_APP_SECRET.encode()):
        raise OAuthError(21324, "client_id or client_secret parameter is invalid")
    if sent.get("grant_type") != "authorization_code":
        raise OAuthError(21329, "grant_type is not supported")
    with memory.writing():
        user = _spend(call, sent.get("code", ""), sent.get("redirect_uri", ""))
        token = tokens.give(user=user, now=call.now)
    life = int((token.expires_at - call.now).total_seconds())
    body = {
        "access_token": token.value,
        "remind_in": str(life),
        "expires_in": life,
        "uid": user.uid,
        "isRealName": "true",
    }
    return as_json(body, content_type="text/plain;charset=UTF-8")


def get_token_info(call: Call) -> dict[str, Any]:
    """`oauth2/get_token_info`: whose token it is and how long it lives."""
    token = tokens.live(tokens.sent_token(call.request), now=call.now)
    return {
        "uid": int(token.user_id),
        "appkey": settings.SANDBOX_APP_KEY,
        "scope": None,
        "create_at": int(token.created_at.timestamp()),
        "expire_in": int((token.expires_at - call.now).total_seconds()),
    }


def revoke(call: Call) -> dict[str, str]:
    """`oauth2/revokeoauth2`: the user withdraws the authorisation."""
    with memory.writing():
        token = tokens.live(tokens.sent_token(call.request), now=call.now)
        tokens.withdraw(uid=token.user_id)
    return {"result": "true"}


def _asked(request: HttpRequest) -> _Asked:
    """The parameters, which stand in the query also when the form is posted."""
    both = {**request.GET.dict(), **request.POST.dict()}
    return _Asked(
        client_id=str(both.get("client_id", "")),
        redirect_uri=str(both.get("redirect_uri", "")),
        state=str(both.get("state", "")),
        forcelogin=both.get("forcelogin") == "true",
    )


def _refusal(request: HttpRequest, asked: _Asked) -> HttpResponse | None:
    """The error page of a wrong app key, address or response type; never a redirect to a stranger."""
    if asked.client_id != settings.SANDBOX_APP_KEY:
        code, word = 21324, "invalid_client"
    elif not _registered(asked.redirect_uri):
        code, word = 21322, "redirect_uri_mismatch"
    elif request.GET.get("response_type", "code") != "code":
        code, word = 21328, "unsupported_response_type"
    else:
        return None
    return render(request, "sandbox/oauth_error.html", {"code": code, "word": word}, status=400)


def _registered(redirect_uri: str) -> bool:
    """Exact match with a registered address; with none registered, any loopback address."""
    registered = [*settings.SANDBOX_REDIRECT_URIS, *switches.get("redirect_uris")]
    if registered:
        return redirect_uri in registered
    parts = urlsplit(redirect_uri)
    return parts.scheme in {"http", "https"} and parts.hostname in _LOOPBACK


def _decide(request: HttpRequest, asked: _Asked) -> HttpResponse:
    if request.POST.get("action") == "deny":
        return asked.back(
            error="access_denied",
            error_code="21330",
            error_description="user denied your request.",
            error_uri="/oauth2/authorize",
        )
    user = WeiboUser.objects.filter(pk=request.POST.get("uid", "")).first()
    if user is None:
        return render(request, "sandbox/oauth_error.html", {"code": 20003, "word": "user_not_exists"}, status=400)
    return _agree(asked, user)


def _agree(asked: _Asked, user: WeiboUser) -> HttpResponse:
    with memory.writing():
        code = AuthCode.objects.create(
            value=secrets.token_hex(16), user=user, redirect_uri=asked.redirect_uri, created_at=clock.now()
        )
    response = asked.back(code=code.value)
    response.set_cookie(_COOKIE, user.uid, httponly=True, samesite="Lax")
    return response


def _spend(call: Call, value: str, redirect_uri: str) -> WeiboUser:
    """Use a code up. Write lock held by the caller."""
    code = AuthCode.objects.select_related("user").filter(pk=value).first()
    if code is None or code.used_at or code.created_at < call.now - timedelta(seconds=_CODE_SECONDS):
        raise OAuthError(21325, f"invalid authorization code:{value}")
    if code.redirect_uri != redirect_uri:
        raise OAuthError(21322, "redirect_uri does not match")
    code.used_at = call.now
    code.save(update_fields=["used_at"])
    return code.user
