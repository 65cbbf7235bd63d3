"""What goes out: Friday's runs, payouts with every attempt, and bank cards with their numbers masked (R13, R126)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin.acting import ConfirmForm, ReasonForm
from accounts.admin.beside import Beside
from billing import cards, payouts
from billing.admin.desk import HANDLERS, MoneyAdmin, confirm, fill_in, person
from billing.models import BankCard, Payout, PayoutAttempt, PayoutLine, PayoutRun
from weitask import clock
from weitask.money import display as yuan
from weitask.refusal import Refusal


@admin.register(PayoutRun)
class PayoutRunAdmin(MoneyAdmin):
    list_display = ["cutoff", "made_at", "finished_at", "orders", "sum"]
    fields = ["cutoff", "made_at", "finished_at", "orders", "sum"]
    readonly_fields = ["sum"]
    ordering = ["-cutoff"]


class _Inline(Beside):
    per_page = 20
    ordering = ["pk"]

    @display(description=_("金额（元）"))
    def sum(self, row: Any) -> str:
        return yuan(row.amount)


class AttemptInline(_Inline):
    """Every number this payout ever had at Sina Pay."""

    model = PayoutAttempt
    fields = readonly_fields = ["number", "title", "sum", "state", "made_at", "sent_at", "ended_at", "code"]

    @display(description=_("银行卡"))
    def title(self, row: PayoutAttempt) -> str:
        return cards.title_of(row.card)


class LineInline(_Inline):
    """The orders it pays for."""

    model = PayoutLine
    fields = readonly_fields = ["order_id", "sum"]


@admin.register(Payout)
class PayoutAdmin(MoneyAdmin):
    own = ("owner",)
    list_display = ["id", "run", "owner", "sum", "state", "problem", "paid_at", "retry_at", "conflict_at"]
    list_filter = ["state", "run", ("conflict_at", admin.EmptyFieldListFilter)]
    search_fields = ["owner__username", "attempts__number"]
    list_select_related = ["run", "owner"]
    fields = ["run", "owner", "sum", "state", "problem", "paid_at", "retry_at", "card_fixed_at", "conflict_at"]
    readonly_fields = ["sum"]
    inlines = [AttemptInline, LineInline]
    actions = ["retry_selected"]
    actions_detail = ["retry", "resolve"]

    def possible(self, row: Payout) -> set[str]:
        if row.conflict_at is not None:
            return {"resolve"}
        return {"retry"} if row.state == Payout.State.FAILED else set()

    @action(
        description=_("重新付款"),
        permissions=HANDLERS,
        dialog=confirm(_("重新付款"), _("用收款人当前绑定的银行卡、以新的付款单号再付一次。")),
    )
    def retry(self, request: HttpRequest, form: ConfirmForm, object_id: int) -> HttpResponse:
        return self.do(
            request,
            object_id,
            lambda row, by, now: payouts.retry_now(payout=row, by=by, now=now),
            done=gettext("已安排重新付款，一分钟内发出"),
        )

    @action(
        description=_("核实冲突"),
        permissions=HANDLERS,
        dialog=confirm(_("核实冲突"), _("向新浪支付查询该付款单号的最终结果，按结果入账并解除冻结。")),
    )
    def resolve(self, request: HttpRequest, form: ConfirmForm, object_id: int) -> HttpResponse:
        return self.do(
            request,
            object_id,
            lambda row, by, now: payouts.resolve(payout=row, by=by, now=now),
            done=gettext("已按新浪支付的结果入账"),
        )

    @admin.action(description=_("重新付款所选的失败付款单"), permissions=HANDLERS)
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        """Each by itself; those that cannot be retried are said by name."""
        by, now, done = person(request), clock.now(), 0
        for payout in queryset.select_related("run", "owner"):
            try:
                payouts.retry_now(payout=payout, by=by, now=now)
                done += 1
            except Refusal as refusal:
                messages.error(request, gettext("%(what)s：%(why)s") % {"what": payout, "why": refusal})
        if done:
            messages.success(request, gettext("已安排重新付款 %(count)s 笔") % {"count": done})


@admin.register(BankCard)
class BankCardAdmin(MoneyAdmin):
    own = ("owner",)
    list_display = ["id", "owner", "bank_code", "masked", "state", "problem", "created_at", "bound_at"]
    list_filter = ["state", "bank_code"]
    search_fields = ["owner__username", "last4"]
    list_select_related = ["owner"]
    fields = ["owner", "bank_code", "masked", "state", "problem", "created_at", "bound_at"]
    readonly_fields = ["masked"]
    actions_detail = ["reveal"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankCard]:
        """The sealed fields stay in the database."""
        return super().get_queryset(request).defer("number", "holder", "number_hash", "ticket")

    @display(description=_("卡号"))
    def masked(self, card: BankCard) -> str:
        return f"**** **** **** {card.last4}"

    def possible(self, row: BankCard) -> set[str]:
        return {"reveal"}

    @action(
        description=_("查看完整卡号"),
        permissions=HANDLERS,
        dialog=fill_in(_("查看完整卡号"), _("每次查看都会连同理由记录在安全事件中。")),
    )
    def reveal(self, request: HttpRequest, form: ReasonForm, object_id: int) -> HttpResponse:
        """The number itself, in the dialog only: no message, no address and no page keeps it."""
        card = get_object_or_404(self.get_queryset(request), pk=object_id)
        reason = form.cleaned_data["reason"]
        try:
            shown = cards.reveal(card=card, by=person(request), reason=reason, now=clock.now())
        except Refusal as refusal:
            shown = str(refusal)
        body = format_html('<div id="dialog-form"><p>{}</p></div>', shown)
        return HttpResponse(body, headers={"Cache-Control": "no-store"})
