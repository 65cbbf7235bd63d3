"""What is typed about money."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.banks import Bank
from billing.models import Reason
from billing.queries import Statement
from weitask.forms import YuanField, put_problems
from weitask.refusal import Refusal


class RechargeForm(forms.Form):
    """充值 through Sina Pay (R125)."""

    amount = YuanField(label=_("充值金额"), help_text=_("通过新浪支付充值，到账后可用于推广。"))


class CardForm(forms.Form):
    """The bank card all income is paid to (R13)."""

    bank_code = forms.ChoiceField(label=_("开户银行"), choices=[("", _("请选择")), *Bank.choices])
    number = forms.CharField(label=_("银行卡号"), max_length=24)
    name = forms.CharField(label=_("持卡人姓名"), max_length=40)
    cert_no = forms.CharField(label=_("持卡人身份证号"), max_length=18)
    phone = forms.CharField(label=_("银行预留手机号"), max_length=11)
    province = forms.CharField(label=_("开户省份"), max_length=20)
    city = forms.CharField(label=_("开户城市"), max_length=20)
    consent = forms.BooleanField(
        label=_("我同意微任务为支付收入的目的，将以上银行卡与身份信息加密保存并提交给新浪支付验证。")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("number", "cert_no", "phone"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "inputmode": "numeric"}

    def clean_number(self) -> str:
        """Spaces between groups of digits are how people type it."""
        return str(self.cleaned_data["number"]).replace(" ", "")


class CodeForm(forms.Form):
    """The code texted by the bank."""

    code = forms.CharField(
        label=_("短信验证码"),
        max_length=8,
        error_messages={"required": _("请填写短信验证码")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d"], widget=widget)


class StatementForm(forms.Form):
    """Filters of a statement, in the address: `reason`, and the days `from` and `to` of Shanghai, both of them whole.

    A field that is wrong filters nothing and shows its error; so does a period that ends before it begins.
    """

    reason = forms.ChoiceField(label=_("事由"), required=False)

    def __init__(self, data: Any, *, lines: Statement) -> None:
        super().__init__(data)
        self.lines = lines
        names = {one: one.label for one in lines.reasons}
        if lines.party == "advertiser_id":
            names[Reason.EARN] = _("付给帐号主")
        self.fields["reason"].choices = [("", _("全部")), *names.items()]  # type: ignore[attr-defined]
        self.fields |= {"from": _day(_("起")), "to": _day(_("止"))}  # `from` is no name that a class can give

    def narrowed(self) -> Statement:
        """The lines that are left."""
        self.is_valid()
        reason, first, last = (self.cleaned_data.get(name) for name in ("reason", "from", "to"))
        try:
            return self.lines.only(reason=reason or "", first=first, last=last)
        except Refusal as refusal:
            put_problems(self, refusal)
            return self.lines.only(reason=reason or "")
