"""How operators look and act: pages are read-only, every change is one verb behind a dialog that is sent by POST."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin.linking import LookedAt
from weitask.periods import midnight
from weitask.refusal import Refusal


class ConfirmForm(BaseDialogForm):
    """Nothing to fill in; the dialog itself is the second thought."""


class ReasonForm(BaseDialogForm):
    """Why, for the record and for the person it concerns."""

    reason = forms.CharField(label=_("理由"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class ProposalForm(ReasonForm):
    """Why to suspend, and the last day of it."""

    last_day = forms.DateField(
        label=_("暂停到哪天为止（北京时间，含当天；留空为不限期）"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
    )

    @property
    def until(self) -> datetime | None:
        """The end of that day in Shanghai, of a valid form."""
        day = self.cleaned_data["last_day"]
        return midnight(day + timedelta(days=1)) if day else None


class ReadOnlyAdmin(LookedAt, ModelAdmin):
    """Rows are looked at here; what changes them are actions that call a verb. The newest first, by index."""

    ordering = ["-pk"]


def act(request: HttpRequest, verb: Callable[[], object], *, done: str, back: str) -> HttpResponse:
    """Call one verb, say how it went, and go back to `back` (an address); a refusal changes nothing."""
    try:
        verb()
    except Refusal as refusal:
        for problem in refusal.problems:
            messages.error(request, problem.message)
    else:
        messages.success(request, done)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": back})
    return HttpResponseRedirect(back)
