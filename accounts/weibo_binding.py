"""A Weibo account bound to a login: its token, its profile copies, and the loss of both (R12, A25, weibo.md 2, 3)."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Min, QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import history, notices, vault
from accounts.models import MediaAccount, User, WeiboAccount
from accounts.verified import Verified
from weitask.gateways import weibo as gateway
from weitask.gateways.errors import GatewayError, PermanentError
from weitask.periods import SHANGHAI, shanghai
from weitask.refusal import Conflict, Refusal

REMIND_BEFORE: Final = timedelta(days=3)
PROFILE_HOUR: Final = time(4, 0, tzinfo=SHANGHAI)  # all profiles are due at one quiet moment of the day
BATCH: Final = 1000
_SHOWN: Final = (
    *("screen_name", "followers", "verified", "verified_type", "verified_reason"),
    *("region", "description", "avatar_url"),
)
EXPIRED_CODES: Final = frozenset({"21315", "21327"})


class NotAuthorised(Refusal):
    """The account has no usable token."""


def bind(*, user: User, token: gateway.Token, profile: gateway.User, now: datetime) -> WeiboAccount:
    """Bind a Weibo account to a login, or renew its token: the new token always replaces the old one.

    Raises:
        Conflict: `weibo_bound_elsewhere`, the uid belongs to another login (F49).
        Refusal: `weibo_uid_mismatch`, the profile is not the token's.
    """
    if token.uid != profile.uid:
        raise Refusal("weibo_uid_mismatch", _("微博返回的帐号与授权不一致，请重新授权"))
    with transaction.atomic():
        known, _created = WeiboAccount.objects.get_or_create(
            uid=token.uid, defaults={"user": user, "screen_name": profile.screen_name, "bound_at": now}
        )
        account = WeiboAccount.objects.select_for_update().get(pk=known.pk)
        if account.user_id != user.pk:
            raise Conflict("weibo_bound_elsewhere", _("该微博帐号已绑定其他用户，如有疑问请联系客服"), field="weibo")
        _renew(account, token, now)
        _copy(account, profile)
        _was_read(account, now)
        account.save()
        _copy_to_media(account, now)
    return account


def token_of(weibo: WeiboAccount) -> str:
    """The account's access token, for the gateway only.

    Raises:
        NotAuthorised: it expired, was withdrawn or never given.
    """
    if weibo.token_state != WeiboAccount.Token.VALID or not weibo.token:
        raise NotAuthorised("weibo_not_authorised", _("微博授权已失效，请重新授权"), field="weibo")
    return vault.unseal(weibo.token, purpose=_purpose(weibo.uid))


def outlives(*, weibo: WeiboAccount, moment: datetime) -> bool:
    """Whether the authorisation is valid beyond a moment (A25, F48)."""
    valid = weibo.token_state == WeiboAccount.Token.VALID
    return valid and weibo.token_expires_at is not None and weibo.token_expires_at > moment


def mark_lost(*, weibo: WeiboAccount, state: str, code: str, now: datetime) -> bool:
    """Record that a token is dead and take the account out of selection; tells the owner once (R12).

    Only the very token that `weibo` was read with is marked: one renewed meanwhile stays. Returns whether it changed.
    """
    with transaction.atomic():
        lost = WeiboAccount.objects.filter(pk=weibo.pk, token=weibo.token, token_state=WeiboAccount.Token.VALID)
        if not _take_away(lost, state=state, code=code):
            return False
        MediaAccount.objects.filter(weibo_id=weibo.pk).update(authorised=False)
        notices.post([_lost_notice(weibo, now)], now=now)
    weibo.token, weibo.token_state, weibo.last_error_code = "", state, code
    return True


def mark_refused(*, uid: str, token: str, code: str, now: datetime) -> bool:
    """Weibo refused this token of an account: `mark_lost`, unless another one was given since it was read."""
    account = WeiboAccount.objects.filter(uid=uid, token_state=WeiboAccount.Token.VALID).first()
    if account is None or token_of(account) != token:
        return False
    state = WeiboAccount.Token.EXPIRED if code in EXPIRED_CODES else WeiboAccount.Token.REVOKED
    return mark_lost(weibo=account, state=state, code=code, now=now)


def unbind(*, weibo: WeiboAccount, by: User, now: datetime) -> None:
    """Give the token back to Weibo, then forget it; the account stays the user's and can be authorised again.

    Must not be inside a transaction: it calls Weibo first.

    Raises:
        Refusal: `not_yours`, or `weibo_busy` when Weibo cannot be asked (nothing changed).
    """
    if weibo.user_id != by.pk:
        raise Refusal("not_yours", _("只能解除自己的微博授权"))
    if weibo.token_state == WeiboAccount.Token.VALID:
        try:
            gateway.client().revoke(token=token_of(weibo))
        except PermanentError:
            pass  # Weibo does not know it any more; ours goes all the same.
        except GatewayError as error:
            raise Refusal("weibo_busy", _("微博接口繁忙，请稍后再试")) from error
    with transaction.atomic():
        mine = WeiboAccount.objects.filter(pk=weibo.pk, token=weibo.token)
        if _take_away(mine, state=WeiboAccount.Token.REVOKED, code=""):
            MediaAccount.objects.filter(weibo_id=weibo.pk).update(authorised=False)
    weibo.refresh_from_db()


# --- Sweeps -------------------------------------------------------------------------------------------------------


def refresh_profile(*, weibo: WeiboAccount, profile: gateway.User, now: datetime) -> None:
    """Take over name, followers and verification as Weibo shows them now; orders keep their snapshots (R32)."""
    with transaction.atomic():
        account = WeiboAccount.objects.select_for_update().get(pk=weibo.pk)
        _copy(account, profile)
        _was_read(account, now)
        account.save()
        _copy_to_media(account, now)


def is_as_shown(*, weibo: WeiboAccount, profile: gateway.User) -> bool:
    """Whether Weibo shows what the account says already."""
    shown = WeiboAccount()
    _copy(shown, profile)
    return all(getattr(shown, name) == getattr(weibo, name) for name in _SHOWN)


def note_unchanged(*, weibo_ids: Collection[int], now: datetime) -> int:
    """These profiles were read and say what we say already; returns how many are still read every day."""
    read = WeiboAccount.objects.filter(pk__in=weibo_ids, profile_due_at__isnull=False)
    return read.update(profile_read_at=now, profile_due_at=next_profile_hour(now))


def expire_due(now: datetime) -> int:
    """Mark tokens whose time is over; returns how many."""
    due = WeiboAccount.objects.filter(token_state=WeiboAccount.Token.VALID, token_expires_at__lte=now)
    return sum(
        mark_lost(weibo=account, state=WeiboAccount.Token.EXPIRED, code="", now=now)
        for account in due.order_by("token_expires_at", "id")[:BATCH]
    )


def remind_due(now: datetime) -> int:
    """Tell owners that their authorisation will expire (A25); returns how many were told."""
    with transaction.atomic():
        due = WeiboAccount.objects.filter(token_state=WeiboAccount.Token.VALID, remind_at__lte=now)
        soon = list(due.select_for_update(skip_locked=True).order_by("remind_at", "id")[:BATCH])
        notices.post([_expiring_notice(account) for account in soon], now=now)
        return WeiboAccount.objects.filter(pk__in=[account.pk for account in soon]).update(remind_at=None)


def watch_tokens(now: datetime) -> int:
    """One look at expiry and reminders."""
    return expire_due(now) + remind_due(now)


def tokens_next_due(now: datetime) -> datetime | None:
    """When a token expires or a reminder is due next."""
    valid = WeiboAccount.objects.filter(token_state=WeiboAccount.Token.VALID)
    due = valid.aggregate(expiry=Min("token_expires_at"), reminder=Min("remind_at"))
    return min((moment for moment in due.values() if moment is not None), default=None)


# --- Parts --------------------------------------------------------------------------------------------------------


def next_profile_hour(now: datetime) -> datetime:
    """The next 04:00 in Shanghai after `now`."""
    today = datetime.combine(shanghai(now).date(), PROFILE_HOUR)
    return today if today > now else today + timedelta(days=1)


def _purpose(uid: str) -> str:
    return f"weibo-token:{uid}"


def _renew(account: WeiboAccount, token: gateway.Token, now: datetime) -> None:
    life = timedelta(seconds=token.expires_in)
    account.token = vault.seal(token.access_token, purpose=_purpose(account.uid))
    account.token_state = WeiboAccount.Token.VALID
    account.token_expires_at = now + life
    # A token of one day (an app under test) is reminded of in its last quarter, not at once.
    account.remind_at = now + life - min(REMIND_BEFORE, life / 4)
    account.last_error_code = ""


def _copy(account: WeiboAccount, profile: gateway.User) -> None:
    account.screen_name = profile.screen_name[:60]
    account.followers = profile.followers_count
    account.verified = profile.verified
    account.verified_type = profile.verified_type
    account.verified_reason = profile.verified_reason[:200]
    account.region = profile.location[:40]
    account.description = profile.description[:300]
    account.avatar_url = profile.avatar_url[:300]


def _was_read(account: WeiboAccount, now: datetime) -> None:
    account.profile_read_at = now
    account.profile_due_at = next_profile_hour(now)


def is_organisation(account: WeiboAccount) -> bool:
    """企业认证 by Weibo's facts (A28, weibo.md 3); which types count is a setting. Type 8 is not yet `verified`."""
    settled = account.verified or account.verified_type == Verified.UNDER_REVIEW
    return settled and account.verified_type in settings.WEIBO_ORG_TYPES


def _copy_to_media(account: WeiboAccount, now: datetime) -> None:
    """The search row carries copies of what is searched by; how it changed is kept."""
    rows = MediaAccount.objects.filter(weibo_id=account.pk)
    rows.update(
        screen_name=account.screen_name,
        followers=account.followers,
        region=account.region,
        organisation=is_organisation(account),
        verified=account.verified,
        authorised=account.token_state == WeiboAccount.Token.VALID,
    )
    history.note(account_ids=list(rows.values_list("pk", flat=True)), now=now)


def _take_away(rows: "QuerySet[WeiboAccount]", *, state: str, code: str) -> int:
    return rows.update(token="", token_state=state, last_error_code=code, profile_due_at=None, remind_at=None)


def _lost_notice(account: WeiboAccount, now: datetime) -> notices.NewNotice:
    return notices.NewNotice(
        user_id=account.user_id,
        kind="weibo_lost",
        dedupe=f"weibo-lost:{account.pk}:{now.timestamp():.0f}",
        title=gettext_lazy("微博授权已失效"),
        body=format_lazy(
            gettext_lazy("帐号 @{name} 的授权已失效，暂时不能被选择，已接的订单可能无法发布。请重新授权。"),
            name=account.screen_name,
        ),
        url=reverse("weibo_accounts"),
        urgent=True,
    )


def _expiring_notice(account: WeiboAccount) -> notices.NewNotice:
    expires = shanghai(account.token_expires_at) if account.token_expires_at else None
    return notices.NewNotice(
        user_id=account.user_id,
        kind="weibo_expiring",
        dedupe=f"weibo-expiring:{account.pk}:{expires:%Y%m%d%H%M%S}",
        title=gettext_lazy("微博授权即将到期"),
        body=format_lazy(
            gettext_lazy("帐号 @{name} 的授权将于 {when} 到期，请提前续期，以免影响接单与发布。"),
            name=account.screen_name,
            when=f"{expires:%Y-%m-%d %H:%M}",
        ),
        url=reverse("weibo_accounts"),
        weibo_uid=account.uid,
    )
