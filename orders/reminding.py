"""Reminders to owners who have not answered: 24 hours, 2 hours and 30 minutes before the start (R64, R69)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.notices import NewNotice
from orders.batches import in_batches
from orders.models import Order
from orders.moves import State
from weitask.money import display
from weitask.periods import shanghai
from weitask.questions import Question

BEFORE: Final = (timedelta(hours=24), timedelta(hours=2), timedelta(minutes=30))


def first_moment(*, start: datetime, now: datetime) -> datetime | None:
    """When an order dispatched at `now` is first called to mind; None when its start is nearer than every step."""
    return min((start - step for step in BEFORE if start - step > now), default=None)


def send_due(now: datetime) -> int:
    """Remind the owners of orders that still wait; returns how many reminders were written.

    A look that comes late skips the steps it has missed: one reminder says how much time is left now.
    """
    due = Order.objects.filter(remind_at__lte=now, state=State.DISPATCHED).order_by("pk")
    ids = list(due.values_list("pk", flat=True))
    return in_batches(ids=ids, work=lambda some: _remind(some, now=now), sweep="orders.reminders", now=now)


_WAITING: Final = Question(
    lambda: Order.objects.filter(remind_at__isnull=False, state=State.DISPATCHED), column="remind_at"
)


def next_due(now: datetime) -> datetime | None:
    """The earliest reminder of an order that still waits."""
    return _WAITING.earliest()


def _remind(ids: Sequence[int], *, now: datetime) -> int:
    with transaction.atomic():
        waiting = Order.objects.filter(pk__in=ids, state=State.DISPATCHED, remind_at__lte=now)
        orders = list(waiting.select_for_update(of=("self",), no_key=True).select_related("account").order_by("pk"))
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(remind_at=_next_moment(now))
        open_ones = [order for order in orders if order.start_at > now]
        rows = [_notice(order, now=now) for order in open_ones]
        return notices.post(rows, now=now)


def _next_moment(now: datetime) -> Case:
    steps = [When(start_at__gt=now + step, then=F("start_at") - step) for step in BEFORE]
    return Case(*steps, default=Value(None))


def _notice(order: Order, *, now: datetime) -> NewNotice:
    words = _("还剩 {left}：{account} 的订单 {start} 开始，净收入 {price} 元。到时未处理会成为流单，影响评级。")
    return NewNotice(
        user_id=order.owner_id,
        kind="order_reminder",
        dedupe=f"order_reminder:{order.pk}:{shanghai(now):%Y%m%d%H%M}",
        title=_("订单等待处理"),
        body=format_lazy(
            words,
            left=_left(order.start_at - now),
            account=order.account,
            start=f"{shanghai(order.start_at):%m-%d %H:%M}",
            price=display(order.price),
        ),
        url=f"/orders/{order.pk}/",
        weibo_uid=notices.FIRST_BOUND,
    )


def _left(time: timedelta) -> Promise:
    minutes = int(time.total_seconds() // 60)
    if minutes >= 60:
        return format_lazy(_("{hours} 小时"), hours=round(minutes / 60))
    return format_lazy(_("{minutes} 分钟"), minutes=minutes)
