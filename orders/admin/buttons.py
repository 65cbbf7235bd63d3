"""What a person decides about an order, with what each will do, in words (A6, A7, A40, A45)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from orders import answering, deciding, refusals
from orders.deciding import FoundPost
from orders.models import Order
from tasks.admin.confirming import Button
from weitask.money import display


class WhyForm(forms.Form):
    """A reason, kept for ever."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4, "class": "wt-reason"}),
    )


class GroundForm(WhyForm):
    """What a refusal really was (A40)."""

    code = forms.ChoiceField(
        label=gettext_lazy("归类为"), choices=[(ground.code, ground.name) for ground in refusals.GROUNDS]
    )


class VerdictForm(WhyForm):
    """A verdict that fits the state of the order; a post found by hand with its id and time."""

    outcome = forms.ChoiceField(label=gettext_lazy("裁定"))
    weibo_id = forms.RegexField(label=gettext_lazy("微博 ID（已发布时填写）"), regex=r"^\d{1,20}$", required=False)
    posted_at = forms.DateTimeField(
        label=gettext_lazy("发布时间（北京时间，已发布时填写）"),
        required=False,
        widget=forms.DateTimeInput(attrs={"placeholder": "2026-01-05 12:00:00"}),
    )


def verdict(order: Order) -> Button:
    """The button of one order: the outcomes that its state allows."""
    choices = [(outcome.code, outcome.name) for outcome in deciding.outcomes(order)]

    class Form(VerdictForm):
        outcome = forms.ChoiceField(label=gettext_lazy("裁定"), choices=choices)

    return replace(_VERDICT, form=Form)


def _decide(order: Order, by: User, data: dict[str, Any], now: datetime) -> object:
    post = None
    if data["weibo_id"] and data["posted_at"]:
        post = FoundPost(weibo_id=data["weibo_id"], posted_at=data["posted_at"])
    outcome, reason = data["outcome"], data["reason"]
    return deciding.decide(order=order, by=by, outcome=outcome, reason=reason, now=now, post=post)


def _money(order: Order) -> dict[str, str]:
    return {"total": display(order.total), "price": display(order.price)}


def _verdict_effects(order: Order, _now: datetime) -> list[str]:
    return [
        _("订单冻结 %(total)s 元；判为达成则帐号主获得 %(price)s 元，判为失败或未发布则退回广告主。") % _money(order),
        _("裁定和理由永久保留，不可修改。"),
    ]


def _step_back_effects(order: Order, _now: datetime) -> list[str]:
    return [
        _("订单取消，不会发布，%(total)s 元退回广告主。") % _money(order),
        _("记为帐号主原因，影响其评级。"),
    ]


def _reclass_effects(order: Order, _now: datetime) -> list[str]:
    words = {"ground": refusals.name_of(order.refusal_code), "reason": order.refusal_reason}
    return [_("现在的归类：%(ground)s。帐号主的说明：%(reason)s") % words, _("无故拒单影响评级，合理拒单不影响。")]


_VERDICT = Button(
    name="verdict", title=gettext_lazy("裁定"), form=VerdictForm, foresee=_verdict_effects, run=_decide, danger=True
)
STEP_BACK = Button(
    name="step_back",
    title=gettext_lazy("同意帐号主退出"),
    form=WhyForm,
    foresee=_step_back_effects,
    run=lambda row, by, data, now: answering.step_back(order=row, operator=by, reason=data["reason"], now=now),
    danger=True,
)
RECLASS = Button(
    name="reclass",
    title=gettext_lazy("重新归类拒单"),
    form=GroundForm,
    foresee=_reclass_effects,
    run=lambda row, by, data, now: deciding.reclass(
        order=row, by=by, code=data["code"], reason=data["reason"], now=now
    ),
)
