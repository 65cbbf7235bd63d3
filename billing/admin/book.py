"""The book, to be read: accounts, their statements line by line, and transfers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from billing.admin.desk import MoneyAdmin
from billing.models import DEBIT_KINDS, Entry, LedgerAccount, Transfer
from weitask.money import display as yuan


@admin.register(LedgerAccount)
class LedgerAccountAdmin(MoneyAdmin):
    own = ("advertiser__user", "owner")
    list_display = ["id", "kind", "party", "shown_balance", "statement"]
    list_filter = ["kind"]
    search_fields = ["advertiser__name", "owner__username"]
    list_select_related = ["advertiser", "owner"]
    fields = ["kind", "advertiser", "owner", "shown_balance", "seq", "statement"]
    readonly_fields = ["shown_balance", "statement"]
    ordering = ["id"]

    @display(description=_("户名"))
    def party(self, account: LedgerAccount) -> str:
        return str(account.advertiser or account.owner or gettext("平台"))

    @display(description=_("余额（元）"), ordering="balance")
    def shown_balance(self, account: LedgerAccount) -> str:
        """Debit accounts are read from the platform's side (spec 4)."""
        return yuan(-account.balance if account.kind in DEBIT_KINDS else account.balance)

    @display(description=_("对账单"))
    def statement(self, account: LedgerAccount) -> str:
        address = reverse("admin:billing_entry_changelist")
        return format_html('<a href="{}?account__id__exact={}">{}</a>', address, account.pk, gettext("查看明细"))


@admin.register(Entry)
class EntryAdmin(MoneyAdmin):
    """A statement: the lines of one account when it is chosen, newest first, with the balance after each."""

    own = ("account__advertiser__user", "account__owner")
    list_display = ["at", "account", "reason", "reference", "sum", "after"]
    list_filter = ["account__kind", "transfer__reason"]
    search_fields = ["=transfer__reference"]
    list_select_related = ["account", "transfer"]
    fields = ["at", "account", "reason", "reference", "sum", "after", "seq"]
    readonly_fields = ["at", "reason", "reference", "sum", "after"]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "account__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description=_("时间"))
    def at(self, entry: Entry) -> Any:
        return entry.transfer.at

    @display(description=_("事由"))
    def reason(self, entry: Entry) -> str:
        return entry.transfer.get_reason_display()

    @display(description=_("单据"))
    def reference(self, entry: Entry) -> int:
        return entry.transfer.reference

    @display(description=_("变动后余额（元）"))
    def after(self, entry: Entry) -> str:
        return yuan(entry.balance_after)


@admin.register(Transfer)
class TransferAdmin(MoneyAdmin):
    own = (
        "source__advertiser__user",
        "source__owner",
        "target__advertiser__user",
        "target__owner",
    )
    list_display = ["id", "at", "reason", "reference", "source", "target", "sum"]
    list_filter = ["reason"]
    search_fields = ["=reference"]
    list_select_related = ["source", "target"]
    fields = ["at", "reason", "reference", "source", "target", "sum", "limit_then"]
    readonly_fields = ["sum"]
