"""特定 accounts: the pool that 个人用户 choose from, kept by operators, its change foreseen before it is saved (A26).

An account is in the pool by hand, out of it by hand, or where its rating puts it. The owner's consent and everything
else that keeps an account from being chosen are asked besides (`MediaAccountQuerySet.visible_to`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AccountDecision, MediaAccount, User
from accounts.querysets import MediaAccountQuerySet
from accounts.rating import SPECIFIC_FROM
from accounts.rulings import Ruling, reason_of, record, require_reviewer_of
from weitask.refusal import Refusal

MOST: Final = 500  # accounts of one change
Subject = AccountDecision.Subject


class Wish(models.TextChoices):
    """What is to become of accounts."""

    IN = "in", gettext_lazy("列为特定帐号")
    OUT = "out", gettext_lazy("移出特定帐号")
    BY_RATING = "by_rating", gettext_lazy("交回评级决定")


@dataclass(frozen=True)
class Difference:
    """What a change does to the pool: who comes in, who goes out, for whom it stays as it is.

    `before` and `after` count the accounts that 个人用户 can choose.
    """

    comes_in: Sequence[MediaAccount]
    goes_out: Sequence[MediaAccount]
    stays: Sequence[MediaAccount]
    before: int
    after: int


def foresee(*, accounts: Sequence[MediaAccount], wish: str) -> Difference:
    """What `change` would do now, nothing written."""
    comes_in = [one for one in accounts if _wanted(one, wish) and not one.specific]
    goes_out = [one for one in accounts if one.specific and not _wanted(one, wish)]
    stays = [one for one in accounts if one.specific == _wanted(one, wish)]
    before = choosable().count()
    gained, lost = (_willing().filter(pk__in=[one.pk for one in moved]).count() for moved in (comes_in, goes_out))
    return Difference(comes_in, goes_out, stays, before, before + gained - lost)


def change(*, accounts: Sequence[MediaAccount], wish: str, reason: str, by: User, now: datetime) -> Difference:
    """Carry it out, for all or none; each owner whose account moves is told, and the record says who and why (R49).

    Raises:
        Forbidden: no reviewer, or one of the accounts is one's own (A48).
        Refusal: `reason_too_long`, `too_many`.
    """
    words = reason_of(reason, needed=False)
    if len(accounts) > MOST:
        raise Refusal("too_many", _("一次最多处理 %(most)s 个帐号") % {"most": MOST})
    for account in accounts:
        require_reviewer_of(account, by)
    with transaction.atomic():
        ids = [account.pk for account in accounts]
        locked = list(MediaAccount.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
        difference = foresee(accounts=locked, wish=wish)
        for account in locked:
            account.specific, account.specific_by_hand = _wanted(account, wish), wish != Wish.BY_RATING
        MediaAccount.objects.bulk_update(locked, ["specific", "specific_by_hand"])
        for account in difference.comes_in:
            title = gettext_lazy("帐号已列为特定帐号，个人用户也可以派单")
            record(account, Ruling(Subject.LISTED, title, words), by, now)
        for account in difference.goes_out:
            title = gettext_lazy("帐号已移出特定帐号，个人用户不能再派单")
            record(account, Ruling(Subject.UNLISTED, title, words), by, now)
    return difference


def why_hidden(account: MediaAccount) -> str:
    """Why 个人用户 would not see the account even in the pool; empty when they would."""
    broken = (
        account.taking != MediaAccount.Taking.OPEN,
        not account.authorised,
        account.suspended_at is not None,
        not account.specific_opt_in,
        not account.price_repost,
    )
    return str(_WHY_HIDDEN[broken.index(True)]) if True in broken else ""


_WHY_HIDDEN: Final = (
    gettext_lazy("未开通接单功能"),
    gettext_lazy("授权已失效"),
    gettext_lazy("暂停交易"),
    gettext_lazy("帐号主不接受个人用户派单"),
    gettext_lazy("未设定转发价格"),
)


def choosable() -> MediaAccountQuerySet:
    """The pool as 个人用户 meet it."""
    return _willing().specific_only()


def _willing() -> MediaAccountQuerySet:
    """Who 个人用户 would meet as soon as they are in the pool."""
    return MediaAccount.objects.taking_orders().priced_for("repost").filter(specific_opt_in=True)


def _wanted(account: MediaAccount, wish: str) -> bool:
    return account.rating >= SPECIFIC_FROM if wish == Wish.BY_RATING else wish == Wish.IN
