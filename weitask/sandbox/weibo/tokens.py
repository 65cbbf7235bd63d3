"""Access tokens: giving, checking, withdrawing (weibo.md 2)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from weitask.sandbox import switches
from weitask.sandbox.models import Token, WeiboUser
from weitask.sandbox.weibo import known
from weitask.sandbox.weibo.errors import WeiboError

EXPIRED = 21327
WITHDRAWN = 21319
UNKNOWN = 21332


@dataclass(frozen=True)
class Caller:
    """Who calls: the user of the token, or the platform's own commercial token."""

    uid: str
    platform: bool


NOBODY = Caller(uid="", platform=False)


def sent_token(request: HttpRequest) -> str:
    """The access token of a request, from query, body or header; empty when there is none."""
    token = request.GET.get("access_token") or request.POST.get("access_token") or ""
    if not token:
        kind, _, value = request.headers.get("Authorization", "").partition(" ")
        token = value.strip() if kind.lower() == "oauth2" else ""
    return token


def caller_of(value: str, *, now: datetime) -> Caller:
    """The caller behind a token; WeiboError when it is missing, unknown, expired or withdrawn."""
    if not value:
        raise WeiboError(10006)
    if value == settings.SANDBOX_PLATFORM_TOKEN:
        return Caller(uid=settings.SANDBOX_PLATFORM_UID, platform=True)
    return Caller(uid=live(value, now=now).user_id, platform=False)


def live(value: str, *, now: datetime) -> Token:
    """The token when it may be used now."""
    token = known.token(value)
    if token is None:
        raise WeiboError(UNKNOWN)
    if token.refusal:
        raise WeiboError(token.refusal)
    if token.expires_at <= now:
        raise WeiboError(EXPIRED)
    return token


def give(*, user: WeiboUser, now: datetime, seconds: float | None = None) -> Token:
    """A new token. Earlier ones of the user stay good: the real site may give the old one again."""
    life = switches.get("token_seconds") if seconds is None else seconds
    return Token.objects.create(
        value=f"2.00{secrets.token_hex(14)}",
        user=user,
        created_at=now,
        expires_at=now + timedelta(seconds=life),
    )


def withdraw(*, uid: str, code: int = WITHDRAWN) -> int:
    """End all tokens of a user with the given error code; how many. Write lock held by the caller."""
    changed = Token.objects.filter(user_id=uid, refusal=0).update(refusal=code)
    transaction.on_commit(known.forget)
    return changed


def expire(*, uid: str, now: datetime) -> int:
    """End the life of all tokens of a user at this moment; how many."""
    changed = Token.objects.filter(user_id=uid, expires_at__gt=now).update(expires_at=now)
    transaction.on_commit(known.forget)
    return changed


def note_expired(*, now: datetime) -> int:
    """Mark the tokens whose life ended by NOW; how many."""
    changed = Token.objects.filter(refusal=0, expires_at__lte=now).update(refusal=EXPIRED)
    if changed:
        transaction.on_commit(known.forget)
    return changed
