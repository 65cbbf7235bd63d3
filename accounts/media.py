"""自媒体帐号: applying, prices, 接单功能 and decisions (R9-R12, R143, A26, A28, A48).

The only writer of `review` and `taking`; every decision leaves a row that nobody can edit.
"""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import history
from accounts.models import AccountDecision, Category, MediaAccount, User, WeiboAccount
from accounts.rulings import Ruling, reason_of, record, require_reviewer_of
from accounts.verified import Verified
from accounts.weibo_binding import is_organisation
from weitask.refusal import Conflict, Problem, Refusal

MAX_PRICE: Final = 10**10  # fen

Review = MediaAccount.Review
Taking = MediaAccount.Taking
Subject = AccountDecision.Subject


def open_account(*, weibo: WeiboAccount, by: User, now: datetime) -> MediaAccount:
    """Enter one's Weibo account for the 授权审核, or again after a rejection.

    Raises:
        Refusal: `not_yours`, `weibo_not_authorised` or `account_not_eligible`.
        Conflict: `account_open_already`.
    """
    if weibo.user_id != by.pk:
        raise Refusal("not_yours", _("只能使用自己绑定的微博帐号"))
    if weibo.token_state != WeiboAccount.Token.VALID:
        raise Refusal("weibo_not_authorised", _("微博授权已失效，请先重新授权"))
    if weibo.verified_type == Verified.DECEASED:
        raise Refusal("account_not_eligible", _("该微博帐号不能参与接单"))
    facts = {
        "owner": by,
        "screen_name": weibo.screen_name,
        "followers": weibo.followers,
        "region": weibo.region,
        "organisation": is_organisation(weibo),
        "verified": weibo.verified,
        "authorised": True,
    }
    with transaction.atomic():
        account, created = MediaAccount.objects.get_or_create(weibo=weibo, defaults={**facts, "created_at": now})
        if not created:
            again = MediaAccount.objects.filter(pk=account.pk, review=Review.REJECTED)
            if not again.update(review=Review.PENDING, **facts):
                raise Conflict("account_open_already", _("该帐号已经申请过，请勿重复提交"))
            account.refresh_from_db()
        history.note(account_ids=[account.pk], now=now)
    return account


def set_prices(
    *, account: MediaAccount, by: User, original: int | None, repost: int | None, now: datetime
) -> MediaAccount:
    """Set what one wants for a post and a repost, net, in fen; None takes no orders of that form (R11, R143).

    Orders that exist keep their snapshot (R32). Every problem is reported at its field.
    """
    fields = {"price_original": original, "price_repost": repost}
    problems = [
        Problem("price_out_of_range", _("价格须大于 0，且不超过 1 亿元"), field)
        for field, price in fields.items()
        if price is not None and not 0 < price <= MAX_PRICE
    ]
    if problems:
        raise Refusal.many(problems)
    return _change_own(account, by, **fields)


def set_opt_in(*, account: MediaAccount, by: User, accepts: bool, now: datetime) -> MediaAccount:
    """Whether 个人用户 may choose the account, where the operator lists it as 特定 (A26)."""
    return _change_own(account, by, specific_opt_in=accepts)


def set_category(*, account: MediaAccount, by: User, category: Category, now: datetime) -> MediaAccount:
    """Set the 帐号类别 freely; an 企业认证 account had it reviewed and applies again to change it (R10).

    Raises:
        Refusal: `category_reviewed`.
    """
    if account.organisation and account.category_id != category.pk:
        raise Refusal("category_reviewed", _("企业认证帐号的分类须通过接单申请设定"), field="category")
    return _change_own(account, by, category=category)


def apply_for_taking(*, account: MediaAccount, by: User, category: Category, now: datetime) -> MediaAccount:
    """The online application for 接单功能 with its 归属分类 (R10).

    Raises:
        Refusal: `not_yours` or `review_not_passed`.
        Conflict: `taking_applied` when it is open or under review already.
    """
    _require_owner(account, by)
    with transaction.atomic():
        mine = MediaAccount.objects.select_for_update().get(pk=account.pk)
        if mine.review != Review.APPROVED:
            raise Refusal("review_not_passed", _("请先通过授权审核，再申请接单功能"))
        if mine.taking not in (Taking.OFF, Taking.REJECTED):
            raise Conflict("taking_applied", _("接单功能已开通或正在审核中"))
        mine.taking, mine.category = Taking.APPLIED, category
        mine.save(update_fields=["taking", "category"])
    return mine


def decide(
    *, account: MediaAccount, subject: str, approved: bool, reason: str, by: User, now: datetime
) -> AccountDecision:
    """Decide the 授权审核 or the 接单申请; approving a non-企业认证 account opens 接单功能 at once (R9, R10).

    Raises:
        Forbidden: no reviewer, or it is the reviewer's own account (A48).
        Refusal: `reason_missing` when rejecting without one.
        Conflict: `decided_already`, or `nothing_to_decide`.
    """
    words = reason_of(reason, needed=not approved)
    require_reviewer_of(account, by)
    with transaction.atomic():
        locked = MediaAccount.objects.select_for_update().get(pk=account.pk)
        if subject == Subject.AUTHORISATION and locked.review == Review.PENDING:
            _decide_review(locked, approved=approved)
            titles = (gettext_lazy("授权审核已通过"), gettext_lazy("授权审核未通过"))
        elif subject == Subject.TAKING and locked.taking == Taking.APPLIED:
            locked.taking = Taking.OPEN if approved else Taking.REJECTED
            titles = (gettext_lazy("接单功能已开通"), gettext_lazy("接单申请未通过"))
        else:
            raise _too_late(locked, subject)
        locked.save(update_fields=["review", "taking"])
        title = titles[0] if approved else titles[1]
        return record(locked, Ruling(subject, title, words, approved=approved), by, now)


def _decide_review(account: MediaAccount, *, approved: bool) -> None:
    account.review = Review.APPROVED if approved else Review.REJECTED
    if approved and not account.organisation and account.taking != Taking.OPEN:
        account.taking = Taking.OPEN


def _too_late(account: MediaAccount, subject: str) -> Conflict:
    last = account.decisions.filter(subject=subject).select_related("by").first()
    if last is None or last.by is None:
        return Conflict("nothing_to_decide", _("该帐号没有待审核的申请"))
    result = _("通过") if last.approved else _("未通过")
    return Conflict(
        "decided_already",
        _("%(who)s 已经审核：%(result)s") % {"who": last.by.get_username(), "result": result},
    )


def _require_owner(account: MediaAccount, by: User) -> None:
    if account.owner_id != by.pk:
        raise Refusal("not_yours", _("只能操作自己的帐号"))


def _change_own(account: MediaAccount, by: User, **values: Any) -> MediaAccount:
    _require_owner(account, by)
    MediaAccount.objects.filter(pk=account.pk).update(**values)
    account.refresh_from_db()
    return account
