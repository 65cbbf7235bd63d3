"""紧急叫停 carried out: unposted orders are cancelled, posted ones keep their income (R85, R86, A21-A23)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.models import User
from accounts.notices import NewNotice
from orders import attempts, lifecycle
from orders.attempts import ON_THE_WIRE
from orders.batches import in_batches
from orders.models import Order, PublishAttempt
from orders.moves import HOLDING_MONEY, Cause, State
from tasks.models import Decision, Task, TaskState
from weitask.questions import Question

WATCHED: Final = (State.PUBLISHED, State.ACHIEVED)  # posted, and a deletion would still change something


def halt_orders(*, task: Task, decision: Decision, by: User, now: datetime) -> None:
    """Cancel what is not posted, exempt what is; inside the transaction of the decision, the task locked.

    An order whose post may be on the wire is left alone: its fate must be known first (F45). Found posted, it becomes
    exempt where it is confirmed; proven absent, `finish_due` cancels it.
    """
    live = list(task.orders.filter(state__in=[*HOLDING_MONEY, State.ACHIEVED]).values_list("pk", flat=True))
    lifecycle.lock(order_ids=live)
    cancelled = _cancel(live, by=by, now=now)
    exempt(orders=task.orders.filter(pk__in=live, state__in=WATCHED, deleted_early=False), now=now)
    _tell_cancelled(order_ids=cancelled, reason=decision.reason, now=now)


def exempt(*, orders: QuerySet[Order], now: datetime) -> int:
    """From this instant on, the deletion of these posts changes nothing (R86, A23); their owners are told at once."""
    rows = list(orders.filter(exempt_from=None).select_related("account").order_by("pk"))
    Order.objects.filter(pk__in=[order.pk for order in rows]).update(exempt_from=now)
    words = _("{account} 的任务被紧急叫停，请立即删除任务微博；删除不影响结算和收入。")
    told = [
        NewNotice(
            user_id=order.owner_id,
            kind="order_delete_post",
            dedupe=f"order_delete_post:{order.pk}",
            title=_("请立即删除微博"),
            body=format_lazy(words, account=order.account),
            url=f"/orders/{order.pk}/",
            urgent=True,
        )
        for order in rows
    ]
    _post(told, now=now)
    return len(rows)


def finish_due(now: datetime) -> int:
    """Orders of stopped tasks that were on the wire: posted meanwhile → exempt, proven absent → 已取消."""
    ids = list(_unfinished().order_by("pk").values_list("pk", flat=True))
    return in_batches(ids=ids, work=lambda some: _finish(some, now=now), sweep="orders.halts", now=now)


def next_finish(now: datetime) -> datetime | None:
    """Now, when there is such an order."""
    return now if _UNFINISHED.any() else None


def _unfinished() -> QuerySet[Order]:
    on_the_wire = PublishAttempt.objects.filter(order=OuterRef("pk"), state__in=ON_THE_WIRE)
    posted = Q(state__in=WATCHED, exempt_from=None, deleted_early=False)
    unposted = Q(state__in=[State.DISPATCHED, State.ACCEPTED]) & ~Exists(on_the_wire)
    return Order.objects.filter(task__state=TaskState.HALTED).filter(posted | unposted)


_UNFINISHED: Final = Question(_unfinished)


def _finish(ids: Sequence[int], *, now: datetime) -> int:
    lifecycle.lock(order_ids=ids)
    cancelled = _cancel(ids, by=None, now=now)
    _tell_cancelled(order_ids=cancelled, reason="", now=now)
    posted = Order.objects.filter(pk__in=ids, state__in=WATCHED, deleted_early=False)
    return len(cancelled) + exempt(orders=posted, now=now)


def _cancel(ids: Sequence[int], *, by: User | None, now: datetime) -> list[int]:
    moved = lifecycle.move(
        order_ids=ids,
        old=[State.DISPATCHED, State.ACCEPTED],
        new=State.CANCELLED,
        cause=Cause.HALT,
        at=now,
        by=by,
    )
    gone = [order.id for order in moved]
    attempts.disarm(order_ids=gone, now=now)
    return gone


def _tell_cancelled(*, order_ids: Sequence[int], reason: str, now: datetime) -> None:
    orders = Order.objects.filter(pk__in=order_ids).select_related("account").order_by("pk")
    words = _("{account} 的订单 {number} 被紧急叫停，不会发布。{reason}")
    told = [
        NewNotice(
            user_id=order.owner_id,
            kind="order_cancelled",
            dedupe=f"order_cancelled:{order.pk}",
            title=_("订单已取消"),
            body=format_lazy(words, account=order.account, number=order.number, reason=reason),
            url=f"/orders/{order.pk}/",
        )
        for order in orders
    ]
    _post(told, now=now)


def _post(told: Sequence[NewNotice], *, now: datetime) -> None:
    """In the inbox always, by Weibo where the user has authorised us (R69)."""
    notices.post([replace(notice, weibo_uid=notices.FIRST_BOUND) for notice in told], now=now)
