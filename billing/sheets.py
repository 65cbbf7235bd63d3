"""Statements, payments and recharges as workbooks: the rows of the page, with its filters (R120, R126, R131)."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import Entry, Payout, Reason, TopUp
from weitask.xlsx import Value, amount

HEAD: Final = (
    _("时间（北京时间）"),
    _("事由"),
    _("单据"),
    _("科目"),
    _("金额（元）"),
    _("变动后（元）"),
)
PAYOUTS: Final = (
    _("结算日（北京时间）"),
    _("金额（元）"),
    _("状态"),
    _("失败原因"),
    _("付款时间（北京时间）"),
)
RECHARGES: Final = (
    _("充值单号"),
    _("创建时间（北京时间）"),
    _("金额（元）"),
    _("状态"),
    _("完成时间（北京时间）"),
)


def of_entries(entries: Iterable[Entry]) -> Iterator[list[Value]]:
    """A row for each line, in the words of the page."""
    for one in entries:
        paid = one.transfer.reason == Reason.EARN and one.amount < 0
        yield [
            one.transfer.at,
            gettext("付给帐号主") if paid else one.transfer.get_reason_display(),
            one.transfer.reference,
            one.account.get_kind_display(),
            amount(one.amount),
            amount(one.balance_after),
        ]


def of_payouts(payouts: Iterable[Payout]) -> Iterator[list[Value]]:
    """A row for each payment, with its run loaded; why one failed is told while it has not been paid (R128)."""
    for one in payouts:
        failed = one.state == Payout.State.FAILED and one.problem
        yield [
            one.run.cutoff,
            amount(one.amount),
            one.get_state_display(),
            gettext(one.problem) if failed else "",
            one.paid_at,
        ]


def of_recharges(recharges: Iterable[TopUp]) -> Iterator[list[Value]]:
    """A row for each recharge."""
    for one in recharges:
        yield [one.number, one.created_at, amount(one.amount), one.get_state_display(), one.ended_at]
