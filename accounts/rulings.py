"""Decisions about accounts: who may take one, with which reason; recorded for ever and told to the owner (R49, A48)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from accounts import access, notices
from accounts.models import AccountDecision, MediaAccount, User
from weitask.refusal import Forbidden, Refusal

MAX_REASON: Final = 300
_URGENT: Final = (AccountDecision.Subject.SUSPENSION, AccountDecision.Subject.WARNING)


@dataclass(frozen=True)
class Ruling:
    """What is written about a decision and told to the owner; `more` is a further line for the owner."""

    subject: str
    title: Promise
    reason: str
    approved: bool = True
    more: Promise | str = ""


def reason_of(reason: str, *, needed: bool) -> str:
    """The reason without white space around it.

    Raises:
        Refusal: `reason_missing`, `reason_too_long`.
    """
    words = reason.strip()
    if needed and not words:
        raise Refusal("reason_missing", _("请填写理由"), field="reason")
    if len(words) > MAX_REASON:
        raise Refusal("reason_too_long", _("理由最多 %(limit)s 个字") % {"limit": MAX_REASON}, field="reason")
    return words


def require_reviewer_of(account: MediaAccount, by: User) -> None:
    """Refuse who is no reviewer, and whose own account it is.

    Raises:
        Forbidden: `not_allowed`, `own_account` (A48).
    """
    access.require_account_reviewer(by)
    if account.owner_id == by.pk:
        raise Forbidden("own_account", _("不能审核自己的帐号"))


def record(account: MediaAccount, ruling: Ruling, by: User | None, now: datetime) -> AccountDecision:
    """Write the decision and tell the owner. `by` is None where a date decided."""
    decision = AccountDecision.objects.create(
        account=account, subject=ruling.subject, approved=ruling.approved, reason=ruling.reason, by=by, at=now
    )
    lines = [line for line in (ruling.reason, ruling.more) if line]
    told = notices.NewNotice(
        user_id=account.owner_id,
        kind=f"account_{ruling.subject}",
        dedupe=f"account-decision:{decision.pk}",
        title=ruling.title,
        body=format_lazy("\n".join(["@{}", *["{}"] * len(lines)]), account.screen_name, *lines),
        url=reverse("media_account", args=[account.pk]),
        urgent=ruling.subject in _URGENT,
        weibo_uid=notices.FIRST_BOUND,
    )
    notices.post([told], now=now)
    return decision
