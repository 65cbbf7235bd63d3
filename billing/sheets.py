"""A statement as a workbook: every line of the book that its page shows (R120, R131)."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import Entry, Reason
from weitask.xlsx import Value, amount

HEAD: Final = (
    _("时间（北京时间）"),
    _("事由"),
    _("单据"),
    _("科目"),
    _("金额（元）"),
    _("变动后（元）"),
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
