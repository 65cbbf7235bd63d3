"""How the finance desk looks and acts: yuan on every page, never one's own money, one verb behind a dialog (A48)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import UnfoldAction
from unfold.decorators import display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts import access
from accounts.admin.acting import ConfirmForm, ReadOnlyAdmin, ReasonForm, act
from accounts.models import Advertiser, User
from weitask import clock
from weitask.money import display as yuan

HANDLERS = ["handle"]  # has_handle_permission


class AdvertiserForm(BaseDialogForm):
    """An advertiser, typed as the number shown in the list of advertisers."""

    advertiser = forms.ModelChoiceField(
        label=_("广告主编号"), queryset=Advertiser.objects.all(), widget=UnfoldAdminTextInputWidget
    )


def confirm(title: Any, description: Any) -> dict[str, Any]:
    """A dialog that only asks whether to go on."""
    return {"title": title, "description": description, "form_class": ConfirmForm, "form_submit_text": _("确认")}


def fill_in(title: Any, description: Any, form: type[BaseDialogForm] = ReasonForm) -> dict[str, Any]:
    """A dialog with something to fill in."""
    return {"title": title, "description": description, "form_class": form, "form_submit_text": _("确认")}


def person(request: HttpRequest) -> User:
    """Who sits at the desk."""
    return cast(User, request.user)


class MoneyAdmin(ReadOnlyAdmin):
    """A list of money: `own` are the paths to users whose own rows they must not meet."""

    own: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Never one's own (A48)."""
        rows = super().get_queryset(request)
        for path in self.own:
            rows = rows.exclude(**{path: request.user})
        return rows

    @display(description=_("金额（元）"), ordering="amount")
    def sum(self, row: Any) -> str:
        return yuan(row.amount)

    def possible(self, row: Any) -> set[str]:
        """The actions that make sense for a row as it is now."""
        return set()

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[UnfoldAction]:
        """Only what the row's state allows."""
        row = self.get_object(request, str(object_id))
        possible = self.possible(row) if row else set()
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.action_name.removeprefix(prefix) in possible]

    def has_handle_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm(access.HANDLE_MONEY)

    def do(
        self, request: HttpRequest, object_id: int, verb: Callable[[Any, User, datetime], object], *, done: str
    ) -> HttpResponse:
        """Call one verb with the row, the person and the business time; back to the row's page."""
        row: Model = get_object_or_404(self.get_queryset(request), pk=object_id)
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        return act(request, lambda: verb(row, person(request), clock.now()), done=done, back=back)

    def list_address(self) -> str:
        """The address of the list itself."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
