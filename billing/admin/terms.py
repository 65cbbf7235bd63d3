"""The terms: credit of contract partners, the fee rate, and what is held for tasks in review (R124, A10, A1)."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from accounts.admin.acting import act
from billing import credit
from billing.admin.desk import AdvertiserForm, MoneyAdmin, fill_in, person
from billing.models import CreditLimit, FeeRate, Hold
from weitask import clock, proof
from weitask.forms import ShanghaiField, YuanField
from weitask.money import display as yuan


class CreditForm(AdvertiserForm):
    """What was agreed with a contract partner; it counts at once when no beginning is given."""

    amount = YuanField(label=_("额度（元）"), help_text=_("0 表示收回"), widget=UnfoldAdminTextInputWidget)
    contract = forms.CharField(label=_("合同号"), max_length=60, widget=UnfoldAdminTextInputWidget)
    valid_from = ShanghaiField(label=_("生效时间（可不填）"), required=False, widget=UnfoldAdminTextInputWidget)
    valid_to = ShanghaiField(label=_("失效时间（可不填）"), required=False, widget=UnfoldAdminTextInputWidget)


class RateForm(BaseDialogForm):
    """A rate in basis points; it counts at once when no beginning is given."""

    rate_bp = forms.IntegerField(label=_("费率（万分比，500 即 5%）"), widget=UnfoldAdminIntegerFieldWidget)
    valid_from = ShanghaiField(label=_("生效时间（可不填）"), required=False, widget=UnfoldAdminTextInputWidget)


class _TermsAdmin(MoneyAdmin):
    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Terms are decided by who may add them; a method, for unfold looks dotted names up in the database."""
        return request.user.has_perm(f"{self.opts.app_label}.add_{self.opts.model_name}")


@admin.register(CreditLimit)
class CreditLimitAdmin(_TermsAdmin):
    own = ("advertiser__user",)
    list_display = ["advertiser", "sum", "contract", "valid_from", "valid_to", "by"]
    search_fields = ["advertiser__name", "contract"]
    list_select_related = ["advertiser", "by"]
    fields = ["advertiser", "sum", "contract", "valid_from", "valid_to", "by"]
    readonly_fields = ["sum"]
    actions_list = ["grant"]

    @method_decorator(proof.of_the_moment_required)
    @action(
        description=_("设置信用额度"),
        permissions=["decide"],
        dialog=fill_in(_("设置信用额度"), _("只给签约的企业用户；低于已用额度时，已有订单照常执行。"), CreditForm),
    )
    def grant(self, request: HttpRequest, form: CreditForm) -> HttpResponse:
        now, data = clock.now(), form.cleaned_data
        terms = credit.CreditTerms(data["amount"], data["contract"], data["valid_from"] or now, data["valid_to"])
        return act(
            request,
            lambda: credit.set_credit(advertiser=data["advertiser"], terms=terms, by=person(request), now=now),
            done=gettext("信用额度已设置"),
            back=self.list_address(),
        )


@admin.register(FeeRate)
class FeeRateAdmin(_TermsAdmin):
    list_display = ["rate", "valid_from", "by"]
    fields = ["rate", "valid_from", "by"]
    readonly_fields = ["rate"]
    list_select_related = ["by"]
    ordering = ["-valid_from"]
    actions_list = ["change_rate"]

    @display(description=_("费率"), ordering="rate_bp")
    def rate(self, row: FeeRate) -> str:
        return str(row)

    @action(
        description=_("设置服务费率"),
        permissions=["decide"],
        dialog=fill_in(_("设置服务费率"), _("对生效之后提交的任务有效，已提交的不变。"), RateForm),
    )
    def change_rate(self, request: HttpRequest, form: RateForm) -> HttpResponse:
        now, data = clock.now(), form.cleaned_data
        return act(
            request,
            lambda: credit.set_fee_rate(
                rate_bp=data["rate_bp"], valid_from=data["valid_from"] or now, by=person(request), now=now
            ),
            done=gettext("服务费率已设置"),
            back=self.list_address(),
        )


@admin.register(Hold)
class HoldAdmin(MoneyAdmin):
    own = ("advertiser__user",)
    list_display = ["submission_id", "advertiser", "sum", "original_sum", "placed_at", "ended_at"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter)]
    search_fields = ["advertiser__name", "=submission_id"]
    list_select_related = ["advertiser"]
    fields = ["submission_id", "advertiser", "sum", "original_sum", "placed_at", "ended_at"]
    readonly_fields = ["sum", "original_sum"]

    @display(description=_("原预占（元）"))
    def original_sum(self, hold: Hold) -> str:
        return yuan(hold.original)
