"""The page between a button and what cannot be undone: what will happen, the reason, and one last click."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from tasks.admin.access import person
from tasks.review import MAX_REASON
from weitask import clock
from weitask.refusal import Refusal
from weitask.retrying import retrying

REASONS = (
    ("", gettext_lazy("（自行填写）")),
    (gettext_lazy("内容含有违禁词汇，或违反微博社区公约"),) * 2,
    (gettext_lazy("图片中含有违禁内容"),) * 2,
    (gettext_lazy("推广广告法禁止宣传的商品（药品、保健品、减肥药、烟草等）"),) * 2,
    (gettext_lazy("商品未获得销售授权，请上传授权证明"),) * 2,
    (gettext_lazy("涉及买卖粉丝等违反微博运营规则的内容"),) * 2,
    (gettext_lazy("推广链接中含有第三方监测代码"),) * 2,
    (gettext_lazy("链接指向的网页含有非法内容或恶意弹窗"),) * 2,
)


class NoForm(forms.Form):
    """Nothing to fill in."""


class ReasonForm(forms.Form):
    """A reason that will be shown to the advertiser (R41): a common one, words of one's own, or both."""

    preset = forms.ChoiceField(label=gettext_lazy("常用理由"), choices=REASONS, required=False)
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "class": "wt-reason"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        words = [data.get("preset", ""), data.get("reason", "").strip()]
        data["reason"] = _("；").join(word for word in words if word)
        if not data["reason"] and "reason" not in self.errors:
            self.add_error("reason", _("请填写理由"))
        return data


class HaltForm(ReasonForm):
    """A stop also says whose fault it is (A22)."""

    platform_fault = forms.BooleanField(label=gettext_lazy("平台原因（由平台补偿广告主已扣费用）"), required=False)


@dataclass(frozen=True)
class Button:
    """One decision of the desk.

    Attributes:
        title: of the page and the button.
        form: what must be filled in.
        foresee: sentences that say what it will do to one row at a moment.
        run: calls the verb for one row with the cleaned data.
        danger: it cannot be undone and hurts.
    """

    name: str
    title: "str | Promise"
    form: type[forms.Form]
    foresee: Callable[[Any, datetime], Sequence[str]]
    run: Callable[[Any, User, dict[str, Any], datetime], object]
    danger: bool = False


@dataclass(frozen=True)
class Asked:
    """What is to be decided about, and where to go afterwards. `action`: the bulk action's name, if it is one."""

    rows: Sequence[Model]
    back: str
    action: str = ""


def page(request: HttpRequest, *, site: AdminSite, button: Button, asked: Asked) -> HttpResponse:
    """Show the page, or carry the decision out row by row and say how each ended."""
    sent = request.method == "POST" and "confirmed" in request.POST
    form = button.form(request.POST if sent else None)
    now = clock.now()
    if sent and form.is_valid():
        for row in asked.rows:
            _carry_out(request, button, row, form.cleaned_data)
        return HttpResponseRedirect(asked.back)
    context = {
        **site.each_context(request),
        "title": button.title,
        "button": button,
        "form": form,
        "rows": [(row, button.foresee(row, now)) for row in asked.rows],
        "asked": asked,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/tasks/confirm.html", context)


def _carry_out(request: HttpRequest, button: Button, row: Model, data: dict[str, Any]) -> None:
    user = person(request)
    try:
        retrying(lambda: button.run(row, user, data, clock.now()))
    except Refusal as refusal:
        for problem in refusal.problems:
            messages.error(request, _("%(what)s：%(why)s") % {"what": row, "why": problem.message})
    else:
        messages.success(request, _("%(row)s：已%(what)s") % {"row": row, "what": button.title})
