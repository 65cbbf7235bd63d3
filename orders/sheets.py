"""Lists of tasks and of an owner's orders as workbooks (R112): the rows of the page, with its filters."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from orders import labels, queries
from orders.models import Order
from tasks import queries as task_queries
from tasks.models import Task
from weitask.xlsx import Value, amount

TASKS: Final = (
    _("任务编号"),
    _("内容"),
    _("形式"),
    _("开始时间（北京时间）"),
    _("订单数"),
    _("已接单"),
    _("覆盖人数"),
    _("费用（元）"),
    _("状态"),
)
ORDERS: Final = (
    _("订单编号"),
    _("内容"),
    _("帐号"),
    _("形式"),
    _("开始时间（北京时间）"),
    _("净收入（元）"),
    _("订单状态"),
)


def of_tasks(tasks: list[Task]) -> Iterator[list[Value]]:
    """A row for each task: its orders, or what was last laid before a reviewer."""
    totals = queries.task_totals(tasks)
    offers = task_queries.latest_offers([one for one in tasks if one.pk not in totals])
    for one in tasks:
        total, offer = totals.get(one.pk), offers.get(one.pk)
        yield [
            str(one.pk),
            one.caption,
            one.get_form_display(),
            one.start_at,
            *_reach(total, offer),
            one.get_state_display(),
        ]


def of_orders(orders: Iterable[Order]) -> Iterator[list[Value]]:
    """A row for each order as its owner sees it: the net income and nothing of the advertiser (spec 5)."""
    for one in orders:
        yield [
            one.number,
            one.text,
            one.account.screen_name,
            one.get_form_display(),
            one.start_at,
            amount(one.price),
            str(labels.label(one)),
        ]


def _reach(total: dict[str, Any] | None, offer: Any) -> list[Value]:
    if total:
        return [total["orders"], total["taken"], total["coverage"], amount(total["cost"])]
    return [None, None, offer.coverage, amount(offer.total)] if offer else [None] * 4
