"""The twelve order labels (R100-R112): fulfilment, and payment once a Friday batch took the order in (A2)."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import Payout
from orders.models import Order
from orders.moves import State


@dataclass(frozen=True, eq=False)  # each is itself alone, so that what is drawn of it can be kept
class Label:
    """One of the twelve.

    Attributes:
        slug: what filters and the API's query say; a state, or `payout_` and a payout state.
        name: the Chinese label of spec 1.6.
        meaning: the product text's meaning, shown on hover.
        tone: colour of the badge: muted, wait, good, bad or money.
    """

    slug: str
    name: Promise
    meaning: Promise
    tone: str

    @property
    def is_payout(self) -> bool:
        return self.slug.startswith("payout_")

    @property
    def value(self) -> str:
        """The value of `Order.state` or `Payout.state` behind the label."""
        return self.slug.removeprefix("payout_")

    def __str__(self) -> str:
        return str(self.name)


LABELS: Final = (
    Label("dispatched", _("派单"), _("任务已派给帐号，等待帐号主在开始时间之前接单或拒单。"), "wait"),
    Label("lapsed", _("流单"), _("到开始时间仍未处理，订单已过期，不执行，也没有收入。"), "muted"),
    Label("refused", _("拒单"), _("帐号主拒绝了订单，不执行，也没有收入。"), "muted"),
    Label("accepted", _("已接单"), _("帐号主已接受，到开始时间由微任务自动发布微博。"), "wait"),
    Label("published", _("已发布"), _("任务微博已发布，保留超过 24 小时即达成。"), "wait"),
    Label("achieved", _("已达成"), _("微博发布后保留超过 24 小时，帐号主获得这笔收入。"), "good"),
    Label("completed", _("已完成"), _("微博发布后保留超过 30 天，订单完成。"), "good"),
    Label("failed", _("订单失败"), _("微博发布后不足 24 小时即删除，没有收入，也不收取费用。"), "bad"),
    Label("cancelled", _("已取消"), _("订单在发布之前被取消，微博不会发布，没有收入，也不收取费用。"), "muted"),
    Label("payout_pending", _("待付款"), _("订单已进入结算，款项即将付到绑定的银行卡。"), "money"),
    Label("payout_paid", _("已付款"), _("款项已付到绑定的银行卡。"), "good"),
    Label("payout_failed", _("支付失败"), _("银行卡未正确设置，付款未成功；设置正确后一周内再次支付。"), "bad"),
)
BY_SLUG: Final = {label.slug: label for label in LABELS}


def label(order: Order) -> Label:
    """The single label of an order: the payout's once there is one, else fulfilment (A2).

    Reads `payout_state` of `OrderQuerySet.with_payout` when it is there, else asks the database.
    """
    return label_of(state=order.state, payout_state=_payout_state(order))


def label_of(*, state: str, payout_state: str | None) -> Label:
    """The same from the two plain values, for rows read with `values()`."""
    return BY_SLUG[f"payout_{payout_state}"] if payout_state else BY_SLUG[state]


def retention(order: Order) -> str:
    """The badge beside a payout label: how the post stands; empty when the label says it already (A2, A4)."""
    if order.deleted_early:
        return str(_("提前删除"))
    if _payout_state(order):
        return str(State(order.state).label)
    return ""


def _payout_state(order: Order) -> str | None:
    if hasattr(order, "payout_state"):
        state: str | None = order.payout_state
        return state
    return Payout.objects.filter(lines__order_id=order.pk).values_list("state", flat=True).first()
