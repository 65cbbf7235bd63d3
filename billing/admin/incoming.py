"""What comes in: top-ups, Sina Pay's notifications, and money that could not be placed (R125, F25)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin.acting import ConfirmForm
from billing import suspense, topups
from billing.admin.desk import HANDLERS, AdvertiserForm, MoneyAdmin, confirm, fill_in
from billing.models import PaymentNotice, SuspenseItem, TopUp


@admin.register(TopUp)
class TopUpAdmin(MoneyAdmin):
    own = ("advertiser__user",)
    list_display = ["number", "advertiser", "sum", "state", "created_at", "ended_at"]
    list_filter = ["state"]
    search_fields = ["number", "advertiser__name"]
    list_select_related = ["advertiser"]
    fields = ["number", "advertiser", "sum", "state", "created_at", "ended_at", "queries", "next_query_at"]
    readonly_fields = ["sum"]
    actions_detail = ["ask"]

    def possible(self, row: TopUp) -> set[str]:
        return set() if row.state == TopUp.State.SUCCESS else {"ask"}

    @action(
        description=_("向新浪支付核实"),
        permissions=HANDLERS,
        dialog=confirm(_("向新浪支付核实"), _("按新浪支付的记录处理：已付款则入账，只入账一次。")),
    )
    def ask(self, request: HttpRequest, form: ConfirmForm, object_id: int) -> HttpResponse:
        return self.do(
            request,
            object_id,
            lambda row, _by, now: topups.settle(number=row.number, now=now),
            done=gettext("已核实，状态见下"),
        )


@admin.register(SuspenseItem)
class SuspenseItemAdmin(MoneyAdmin):
    own = ("advertiser__user",)
    list_display = ["number", "sum", "reason", "at", "confirmed_at", "advertiser", "placed_at", "placed_by"]
    list_filter = [("placed_at", admin.EmptyFieldListFilter), ("confirmed_at", admin.EmptyFieldListFilter)]
    search_fields = ["number", "reason"]
    list_select_related = ["advertiser", "placed_by"]
    fields = ["number", "sum", "reason", "at", "confirmed_at", "advertiser", "placed_at", "placed_by"]
    readonly_fields = ["sum"]
    actions_detail = ["verify", "place"]

    def possible(self, row: SuspenseItem) -> set[str]:
        if row.placed_at is not None:
            return set()
        return {"verify"} if row.confirmed_at is None else {"place"}

    @action(
        description=_("向新浪支付核实"),
        permissions=HANDLERS,
        dialog=confirm(_("向新浪支付核实"), _("新浪支付确认收到的款项才会记入待查款项。")),
    )
    def verify(self, request: HttpRequest, form: ConfirmForm, object_id: int) -> HttpResponse:
        return self.do(
            request,
            object_id,
            lambda row, _by, now: suspense.check(item=row, now=now),
            done=gettext("新浪支付已确认，款项已入账"),
        )

    @action(
        description=_("转给广告主"),
        permissions=HANDLERS,
        dialog=fill_in(_("转给广告主"), _("款项进入其可用余额并计入累计充值，不能撤回。"), AdvertiserForm),
    )
    def place(self, request: HttpRequest, form: AdvertiserForm, object_id: int) -> HttpResponse:
        advertiser = form.cleaned_data["advertiser"]
        return self.do(
            request,
            object_id,
            lambda row, by, now: suspense.place(item=row, advertiser=advertiser, by=by, now=now),
            done=gettext("款项已转给 %(name)s") % {"name": advertiser},
        )


@admin.register(PaymentNotice)
class PaymentNoticeAdmin(MoneyAdmin):
    list_display = ["received_at", "kind", "number", "state", "sum", "outcome"]
    list_filter = ["kind", "state", "outcome"]
    search_fields = ["number", "notify_id"]
    fields: Any = ["received_at", "kind", "notify_id", "number", "state", "sum", "outcome"]
    readonly_fields = ["sum"]
