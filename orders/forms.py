"""What an owner types about an order."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import appeals
from orders.models import StandingRule
from orders.refusals import GROUNDS, LEAST, MOST
from orders.standing import Wanted
from tasks.models import RuleCategory
from weitask.forms import YuanField


class RefusalForm(forms.Form):
    """拒单 with a coded and a detailed reason (R62)."""

    reason_code = forms.ChoiceField(
        label=_("拒单原因"), choices=lambda: [("", _("请选择")), *((ground.code, ground.name) for ground in GROUNDS)]
    )
    reason = forms.CharField(
        label=_("详细说明"),
        min_length=LEAST,
        max_length=MOST,
        error_messages={"min_length": _("请至少写 %(limit_value)d 个字")},
        help_text=_("至少 10 个字；广告主会看到。无故拒单过多会影响评级。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AppealForm(forms.Form):
    """Why an order must not count in the rating (A40)."""

    order = forms.ChoiceField(label=_("订单"))
    reason = forms.CharField(
        label=_("申诉理由"),
        min_length=appeals.LEAST,
        max_length=appeals.MOST,
        error_messages={"min_length": _("请至少写 %(limit_value)d 个字")},
        help_text=_("写清当时的情况；处理人会对照订单的记录和证据。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["order"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]


class StandingRuleForm(forms.Form):
    """自动接单: the least net income of each form, and between which hours of a Shanghai day."""

    original_from = YuanField(
        label=_("原发净收入不低于（元）"), required=False, help_text=_("留空表示原发订单不自动接单。")
    )
    repost_from = YuanField(
        label=_("转发净收入不低于（元）"), required=False, help_text=_("留空表示转发订单不自动接单。")
    )
    opens = forms.TimeField(
        label=_("最早开始（北京时间）"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label=_("最晚开始（北京时间）"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    left_out = forms.MultipleChoiceField(
        label=_("机审提示以下类别时不自动接单"),
        required=False,
        choices=lambda: [(name, gettext(name)) for name in RuleCategory.objects.values_list("name", flat=True)],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    @staticmethod
    def initial_of(rule: StandingRule | None) -> dict[str, Any]:
        """The rule as it stands, or office hours to begin with."""
        if rule is None:
            return {"opens": time(9), "closes": time(22)}
        return {name: getattr(rule, name) for name in ("original_from", "repost_from", "opens", "closes", "left_out")}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and data["original_from"] is None and data["repost_from"] is None:
            self.add_error("original_from", _("请至少填写一种形式的最低净收入。"))
        return data

    def wanted(self, *, ip: str | None) -> Wanted:
        """What the verb understands."""
        return Wanted(**self.cleaned_data, ip=ip)
