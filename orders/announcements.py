"""What owners and advertisers are told about a post: not made, kept, gone, removed (R65, R69, F47, architecture 4)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.notices import NewNotice
from orders.models import Order
from orders.moves import Cause
from weitask.money import display

_WHY: dict[Cause, Promise] = {
    Cause.OWNER_FAULT: _("帐号的微博授权失效或帐号无法发布"),
    Cause.SOURCE_GONE: _("原微博已不可用"),
    Cause.CONTENT_REFUSED: _("微博拒绝了该内容"),
    Cause.PLATFORM: _("平台未能在 15 分钟内完成发布"),
}


def cancelled(*, order_ids: Sequence[int], cause: Cause, now: datetime) -> int:
    """Not posted, and why: to the owner and to the advertiser (A24, F47)."""
    why = _WHY[cause]

    def told(order: Order) -> list[NewNotice]:
        facts = {"account": order.account, "number": order.number, "why": why}
        return [
            _to_owner(
                order,
                "order_cancelled",
                _("订单已取消"),
                format_lazy(_("{account} 的订单 {number} 未发布：{why}。"), **facts),
            ),
            _to_advertiser(
                order,
                "order_not_posted",
                _("订单已取消"),
                format_lazy(_("{account} 的订单 {number} 未发布：{why}；不收取费用，冻结金额已退回。"), **facts),
            ),
        ]

    return _post(order_ids, told, now)


def achieved(*, order_ids: Sequence[int], now: datetime) -> int:
    """Kept for 24 hours: the owner's income is earned (R83)."""

    def told(order: Order) -> list[NewNotice]:
        words = _("{account} 的订单 {number} 保留超过 24 小时，收入 {price} 元将在周五结算。")
        text = format_lazy(words, account=order.account, number=order.number, price=display(order.price))
        return [_to_owner(order, "order_achieved", _("订单已达成"), text)]

    return _post(order_ids, told, now)


def failed(*, order_ids: Sequence[int], now: datetime) -> int:
    """Deleted before 24 hours: no income, no charge (R82)."""

    def told(order: Order) -> list[NewNotice]:
        facts = {"account": order.account, "number": order.number}
        return [
            _to_owner(
                order,
                "order_failed",
                _("订单失败"),
                format_lazy(_("{account} 的订单 {number} 的微博发布后不足 24 小时即删除，没有收入。"), **facts),
            ),
            _to_advertiser(
                order,
                "order_failed_refund",
                _("订单失败"),
                format_lazy(
                    _("{account} 的订单 {number} 的微博不足 24 小时即删除；不收取费用，冻结金额已退回。"), **facts
                ),
            ),
        ]

    return _post(order_ids, told, now)


def deleted_early(*, order_ids: Sequence[int], now: datetime) -> int:
    """Deleted between 24 hours and 30 days: the income stays, both sides see it (A4)."""

    def told(order: Order) -> list[NewNotice]:
        words = _("{account} 的订单 {number} 的微博在 30 天内被删除。")
        text = format_lazy(words, account=order.account, number=order.number)
        return [
            _to_owner(order, "order_deleted_early", _("提前删除"), text),
            _to_advertiser(order, "order_deleted_early_seen", _("提前删除"), text),
        ]

    return _post(order_ids, told, now)


def removed(*, order_ids: Sequence[int], now: datetime) -> int:
    """Removed by Weibo itself: the owner is paid as after an emergency stop (A7)."""

    def told(order: Order) -> list[NewNotice]:
        facts = {"account": order.account, "number": order.number}
        text = format_lazy(_("{account} 的订单 {number} 的微博被微博平台移除，不影响结算和收入。"), **facts)
        return [
            _to_owner(order, "order_removed", _("微博被平台移除"), text),
            _to_advertiser(order, "order_removed_seen", _("微博被平台移除"), text),
        ]

    return _post(order_ids, told, now)


def _post(order_ids: Sequence[int], told: Callable[[Order], list[NewNotice]], now: datetime) -> int:
    if not order_ids:
        return 0
    orders = Order.objects.filter(pk__in=order_ids).select_related("account", "advertiser").order_by("pk")
    return notices.post([notice for order in orders for notice in told(order)], now=now)


def _to_owner(order: Order, kind: str, title: Promise, body: Promise) -> NewNotice:
    return NewNotice(order.owner_id, kind, f"{kind}:{order.pk}", title, body, f"/orders/{order.pk}/")


def _to_advertiser(order: Order, kind: str, title: Promise, body: Promise) -> NewNotice:
    return NewNotice(order.advertiser.user_id, kind, f"{kind}:{order.pk}", title, body, f"/tasks/{order.task_id}/")
