"""What is typed about money."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.banks import Bank
from weitask.forms import YuanField


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
