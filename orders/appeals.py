"""评级申诉: an owner says why an order must not count against the rating; an operator decides (A40, A42)."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import access, notices, rating
from accounts.models import MediaAccount, User
from orders import ratings
from orders.models import Order, RatingAppeal
from weitask.refusal import Conflict, Forbidden, Refusal

LEAST: Final = 10  # characters of the owner's reason, white space not counted
MOST: Final = 300


def appeal(*, order: Order, by: User, reason: str, now: datetime) -> RatingAppeal:
    """Ask that what went wrong with an order no longer counts in the rating of its account.

    Raises:
        Forbidden: `not_owner`.
        Refusal: `reason_short`, `reason_long`, `costs_nothing` the order takes no points now.
        Conflict: `appealed` an appeal about it is open.
    """
    if order.owner_id != by.pk:
        raise Forbidden("not_owner", _("这不是您的订单"))
    words = reason.strip()
    if len("".join(words.split())) < LEAST:
        raise Refusal("reason_short", _("请详细说明申诉理由，至少 10 个字"), field="reason")
    if len(words) > MOST:
        raise Refusal("reason_long", _("申诉理由最多 300 个字"), field="reason")
    with transaction.atomic():
        _lock(order.account_id)
        if not Order.objects.filter(pk=order.pk).costing_rating(now - rating.WINDOW).exists():
            raise Refusal("costs_nothing", _("该订单没有影响现在的评级，不需要申诉"))
        if RatingAppeal.objects.filter(order=order, accepted=None).exists():
            raise Conflict("appealed", _("该订单的申诉正在处理，请等待结果"))
        return RatingAppeal.objects.create(order=order, account_id=order.account_id, by=by, reason=words, at=now)


def decide(*, appeal: RatingAppeal, by: User, accepted: bool, reason: str, now: datetime) -> RatingAppeal:
    """Accept, and rate the account anew with the order spared; or reject. The owner is told either way, and why.

    Raises:
        Forbidden: `not_allowed`, or `own_business` (A48).
        Refusal: `reason_missing`, `reason_long`.
        Conflict: `decided` somebody was first.
    """
    access.require_appeal_judge(by)
    order = appeal.order
    if by.pk in (order.owner_id, order.advertiser.user_id):
        raise Forbidden("own_business", _("不能处理与自己有关的订单"))
    words = reason.strip()
    if not words:
        raise Refusal("reason_missing", _("请填写理由"), field="reason")
    if len(words) > MOST:
        raise Refusal("reason_long", _("理由最多 %(limit)s 个字") % {"limit": MOST}, field="reason")
    with transaction.atomic():
        _lock(appeal.account_id)
        still_open = RatingAppeal.objects.filter(pk=appeal.pk, accepted=None)
        if not still_open.update(accepted=accepted, answer=words, decided_by=by, decided_at=now):
            raise Conflict("decided", _("该申诉已经处理"))
        appeal.refresh_from_db()
        if accepted:
            ratings.refresh(account_ids=[appeal.account_id], now=now)
        notices.post([_news(appeal)], now=now)
    return appeal


def queue(*, by: User) -> QuerySet[RatingAppeal]:
    """Appeals none of which concerns oneself (A48)."""
    others = RatingAppeal.objects.exclude(order__owner=by).exclude(order__advertiser__user=by)
    return others.select_related("order__advertiser", "account", "decided_by")


def _lock(account_id: int) -> None:
    """Appeals of an account come one after the other, and before its rating is written (architecture 7)."""
    MediaAccount.objects.select_for_update(of=("self",)).only("pk").get(pk=account_id)


def _news(appeal: RatingAppeal) -> notices.NewNotice:
    words = (
        gettext_lazy("订单 {number} 的失分不再计入帐号 {account} 的评级，评级已重新计算。\n{reason}")
        if appeal.accepted
        else gettext_lazy("订单 {number} 的失分仍计入帐号 {account} 的评级。\n{reason}")
    )
    return notices.NewNotice(
        user_id=appeal.by_id,
        kind="order_appeal",
        dedupe=f"rating-appeal:{appeal.pk}",
        title=gettext_lazy("评级申诉成立") if appeal.accepted else gettext_lazy("评级申诉未成立"),
        body=format_lazy(words, number=appeal.order.number, account=appeal.account, reason=appeal.answer),
        url=reverse("media_rating", args=[appeal.account_id]),
        weibo_uid=notices.FIRST_BOUND,
    )
