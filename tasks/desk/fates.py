"""What a stop will do, or did, to each order of a task: the dry list and the result sheet (R85, R86, A21-A23, F45).

Orders are asked by the names of their states: tasks lie below orders and may read them, not import them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from tasks.models import Task, TaskState

_UNPOSTED: Final = ("dispatched", "accepted")
_WATCHED: Final = ("published", "achieved")  # posted, and a deletion would still change something
_ON_THE_WIRE: Final = ("sending", "unknown")


class Kind(models.TextChoices):
    """What becomes of an order; its label says it before the stop, `_DONE` afterwards."""

    CANCEL = "cancel", _("取消，不发布，金额解冻退回")
    EXEMPT = "exempt", _("通知帐号主立即删除；删除不影响收入，费用照付")
    WAIT = "wait", _("正在发布，先等结果：已发布则通知删除，未发布则取消退款")
    NONE = "none", _("已结束，不受影响")


_DONE: Final = {
    Kind.CANCEL: _("已取消，没有发布，金额已解冻退回"),
    Kind.EXEMPT: _("已通知帐号主删除；删除不影响收入，费用照付"),
    Kind.WAIT: _("发布结果待确认，确认后自动处理"),
    Kind.NONE: _("已结束，没有受影响"),
}


@dataclass(frozen=True)
class Fate:
    """One order: which it is, what it costs in fen, where it stands, and what the stop means to it."""

    number: str
    account: str
    start_at: datetime
    cost: int
    state: str
    kind: Kind
    words: str


def of_task(task: Task) -> list[Fate]:
    """Every order by start; foreseen for a task that runs, as it was carried out for one that was stopped."""
    stopped = task.state == TaskState.HALTED
    rows: Any = task.orders.select_related("account").order_by("start_at", "pk")
    waiting = set(task.orders.filter(attempts__state__in=_ON_THE_WIRE).values_list("pk", flat=True))
    return [_fate(order, on_the_wire=order.pk in waiting, stopped=stopped) for order in rows]


def cost(fates: Sequence[Fate], kind: Kind) -> int:
    """Net and fee in fen of those of one kind."""
    return sum(one.cost for one in fates if one.kind == kind)


def count(fates: Sequence[Fate], kind: Kind) -> int:
    """How many there are of one kind."""
    return sum(one.kind == kind for one in fates)


def _fate(order: Any, *, on_the_wire: bool, stopped: bool) -> Fate:
    kind = _done(order) if stopped else _foreseen(order)
    if on_the_wire and order.state in _UNPOSTED:
        kind = Kind.WAIT
    words = _DONE[kind] if stopped else kind.label
    return Fate(
        number=order.number,
        account=str(order.account),
        start_at=order.start_at,
        cost=order.total,
        state=order.get_state_display(),
        kind=kind,
        words=str(words),
    )


def _foreseen(order: Any) -> Kind:
    if order.state in _UNPOSTED:
        return Kind.CANCEL
    watched = order.state in _WATCHED and not order.deleted_early and order.exempt_from is None
    return Kind.EXEMPT if watched else Kind.NONE


def _done(order: Any) -> Kind:
    """An order that was on the wire and is decided by now reads like the others."""
    if order.state in _UNPOSTED:
        return Kind.WAIT
    if order.state == "cancelled" and order.cause == "halt":
        return Kind.CANCEL
    return Kind.EXEMPT if order.exempt_from is not None else Kind.NONE
