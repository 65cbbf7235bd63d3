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
from tasks.desk.fates import Fate
from tasks.models import ReasonTemplate
from tasks.review import MAX_REASON
from weitask import clock
from weitask.refusal import Refusal
from weitask.retrying import retrying


def common_reasons() -> list[tuple[str, str]]:
    """The reasons that reviewers keep ready; the advertiser reads the very words."""
    return [(text, text) for text in ReasonTemplate.objects.filter(active=True).values_list("text", flat=True)]


class NoForm(forms.Form):
    """Nothing to fill in."""


class ReasonForm(forms.Form):
    """A reason that will be shown to the advertiser (R41): common ones, words of one's own, or both."""

    preset = forms.MultipleChoiceField(
        label=gettext_lazy("常用理由"),
        choices=common_reasons,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "wt-preset"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "class": "wt-reason"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        words = [*data.get("preset", []), data.get("reason", "").strip()]
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
        outcome: what to say of the verb's answer when that is more than "done"; an empty text is "done".
        lines: what it will do to each part of a row and, asked again afterwards, did; it then ends on a sheet.
    """

    name: str
    title: "str | Promise"
    form: type[forms.Form]
    foresee: Callable[[Any, datetime], Sequence[str]]
    run: Callable[[Any, User, dict[str, Any], datetime], object]
    danger: bool = False
    outcome: Callable[[Any], str] | None = None
    lines: Callable[[Any], Sequence[Fate]] | None = None


@dataclass(frozen=True)
class Asked:
    """What is to be decided about, and where to go afterwards.

    Attributes:
        action: the bulk action's name, if it is one; many rows end on a sheet of results.
        onward: where to go instead of back when it was done.
    """

    rows: Sequence[Model]
    back: str
    action: str = ""
    onward: Callable[[], str] | None = None


@dataclass(frozen=True)
class Outcome:
    """How the decision ended for one row."""

    row: Model
    done: bool
    words: Sequence[str]
    lines: Sequence[Fate] = ()


def page(request: HttpRequest, *, site: AdminSite, button: Button, asked: Asked) -> HttpResponse:
    """Show the page, or carry the decision out row by row and say how each ended."""
    sent = request.method == "POST" and "confirmed" in request.POST
    form = button.form(request.POST if sent else None)
    now = clock.now()
    if sent and form.is_valid():
        outcomes = [_carry_out(request, button, row, form.cleaned_data) for row in asked.rows]
        on_a_sheet = asked.action or (button.lines and all(outcome.done for outcome in outcomes))
        return sheet(request, site, button, asked, outcomes) if on_a_sheet else _told(request, asked, outcomes)
    context = {
        **site.each_context(request),
        "title": button.title,
        "button": button,
        "form": form if asked.rows else (),
        "rows": [(row, button.foresee(row, now), button.lines(row) if button.lines else ()) for row in asked.rows],
        "asked": asked,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/tasks/confirm.html", context)


def _carry_out(request: HttpRequest, button: Button, row: Model, data: dict[str, Any]) -> Outcome:
    user = person(request)
    try:
        answer = retrying(lambda: button.run(row, user, data, clock.now()))
    except Refusal as refusal:
        return Outcome(row, done=False, words=[problem.message for problem in refusal.problems])
    words = button.outcome(answer) if button.outcome else ""
    lines: Sequence[Fate] = ()
    if button.lines:
        row.refresh_from_db()
        lines = button.lines(row)
    return Outcome(row, done=True, words=[words or _("已%(what)s") % {"what": button.title}], lines=lines)


def _told(request: HttpRequest, asked: Asked, outcomes: Sequence[Outcome]) -> HttpResponse:
    """One decision is told in passing."""
    for outcome in outcomes:
        say = messages.success if outcome.done else messages.error
        for words in outcome.words:
            say(request, _("%(what)s：%(why)s") % {"what": outcome.row, "why": words})
    done = all(outcome.done for outcome in outcomes)
    return HttpResponseRedirect(asked.onward() if done and asked.onward else asked.back)


def sheet(
    request: HttpRequest, site: AdminSite, button: Button, asked: Asked, outcomes: Sequence[Outcome]
) -> HttpResponse:
    """What was done, and what was refused and why; part by part where the button has parts."""
    context = {
        **site.each_context(request),
        "title": _("%(what)s：处理结果") % {"what": button.title},
        "outcomes": outcomes,
        "done": sum(outcome.done for outcome in outcomes),
        "refused": sum(not outcome.done for outcome in outcomes),
        "asked": asked,
    }
    return TemplateResponse(request, "admin/tasks/result.html", context)
