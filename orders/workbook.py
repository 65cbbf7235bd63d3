"""The results of a task as a workbook: a row for each order, and the totals (R88, R89)."""

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders import labels, refusals
from orders.moves import EARNED, HOLDING_MONEY, POSTED, UNCHARGED, State
from orders.results import Line, Report, Summary
from weitask import xlsx
from weitask.gateways.weibo_text import post_url
from weitask.xlsx import Formula, Sheet, Value, amount, quoted

_HEAD: Final[dict[str, Promise]] = {
    "number": gettext_lazy("订单编号"),
    "account": gettext_lazy("帐号"),
    "label": gettext_lazy("订单状态"),
    "state": gettext_lazy("执行状态"),
    "retention": gettext_lazy("微博保留情况"),
    "form": gettext_lazy("推广形式"),
    "text": gettext_lazy("微博内容"),
    "start": gettext_lazy("开始时间（北京时间）"),
    "posted": gettext_lazy("发布时间（北京时间）"),
    "post": gettext_lazy("微博地址"),
    "followers": gettext_lazy("粉丝量"),
    "reposts": gettext_lazy("转发数"),
    "comments": gettext_lazy("评论数"),
    "likes": gettext_lazy("赞数"),
    "price": gettext_lazy("帐号价格（元）"),
    "fee": gettext_lazy("服务费（元）"),
    "total": gettext_lazy("合计（元）"),
    "refusal": gettext_lazy("拒单原因"),
    "rating": gettext_lazy("评级"),
    "answered": gettext_lazy("接单/拒单时间（北京时间）"),
    "achieved": gettext_lazy("达成时间（北京时间）"),
}
_PLACE: Final = {key: place for place, key in enumerate(_HEAD)}


def of_task(report: Report) -> bytes:
    """The file of a report, in the language of whoever asks; money in yuan, times of Shanghai."""
    file = BytesIO()
    xlsx.write(file, sheets(summary=report, lines=report.lines))
    return file.getvalue()


def sheets(*, summary: Summary, lines: Iterable[Line]) -> list[Sheet]:
    """The same as sheets, for lines that are read one after the other."""
    orders = Sheet(_("订单"), [str(name) for name in _HEAD.values()], (_row(line) for line in lines))
    return [orders, Sheet(_("汇总"), [_("项目"), _("数值")], _totals(summary))]


def _row(line: Line) -> list[Value]:
    order = line.order
    return [
        order.number,
        order.account.screen_name,
        str(line.label),
        str(order.get_state_display()),
        labels.retention(order),
        str(order.get_form_display()),
        order.text,
        order.start_at,
        order.posted_at,
        post_url(order.account.weibo.uid, order.weibo_id) if order.weibo_id else "",
        order.followers,
        *((order.reposts, order.comments, order.likes) if line.is_posted else (None, None, None)),
        amount(order.price),
        amount(order.fee),
        amount(order.total),
        f"{refusals.name_of(order.refusal_code)} {order.refusal_reason}".strip(),
        order.rating,
        order.answered_at,
        order.achieved_at,
    ]


def _totals(summary: Summary) -> list[list[Value]]:
    """What can be added up from the rows is a formula, so that it follows when somebody leaves rows out."""
    totals = summary.totals
    counted: list[list[Value]] = [
        [str(labels.BY_SLUG[slug]), Formula(f"COUNTIF({_column('state')},{quoted(str(State(slug).label))})", count)]
        for slug, count in summary.by_label.items()
    ]
    return [
        [_("任务编号"), str(summary.task.pk)],
        [_("任务状态"), str(summary.task.get_state_display())],
        [_("订单数"), Formula(f"COUNTA({_column('number')})-1", totals.orders)],
        *counted,
        [_("审核超时的帐号"), summary.review_lapsed],
        [_("覆盖人数"), _sum("followers", totals.coverage)],
        [_("已发布的覆盖人数"), _sum("followers", totals.reached, POSTED)],
        [_("任务转发数"), _sum("reposts", totals.reposts)],
        [_("任务评论数"), _sum("comments", totals.comments)],
        [_("赞数"), _sum("likes", totals.likes)],
        [_("订单金额（元）"), _sum("total", amount(totals.cost))],
        [_("冻结金额（元）"), _sum("total", amount(totals.frozen), HOLDING_MONEY)],
        [_("已消费（元）"), _sum("total", amount(totals.charged), EARNED)],
        [_("已退回（元）"), _sum("total", amount(totals.released), UNCHARGED)],
        [_("平台补偿（元）"), amount(totals.goodwill)],
    ]


def _sum(key: str, value: int | Decimal, states: Iterable[State] = ()) -> Formula:
    """The sum of a column over all rows, or over those in these states."""
    summed = _column(key)
    parts = [f"SUMIF({_column('state')},{quoted(str(state.label))},{summed})" for state in states]
    return Formula("+".join(parts) or f"SUM({summed})", value)


def _column(key: str) -> str:
    return xlsx.column(_("订单"), _PLACE[key])
