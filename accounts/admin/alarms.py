"""What a person must look at (F25, A33, A34), each alarm closed under a name when its cause is mended."""

from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action

from accounts.admin.acting import ConfirmForm, ReadOnlyAdmin, act
from weitask import clock
from weitask.alarms import resolve_alarm
from weitask.models import Alarm
from weitask.refusal import Conflict

CLOSED_BY_VERDICT: Final = Alarm.Kind.ORDER_UNDECIDED  # the verdict closes it; the audit asks for it until then (L24)


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    list_display = ["raised_at", "kind", "key", "text", "resolved_at", "resolved_by"]
    list_filter = [("resolved_at", admin.EmptyFieldListFilter), "kind"]
    search_fields = ["key", "text"]
    list_select_related = ["resolved_by"]
    fields = ["raised_at", "kind", "key", "text", "resolved_at", "resolved_by"]
    ordering = ["-raised_at", "-pk"]
    actions_detail = ["resolve"]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[UnfoldAction]:
        """Only what is open, and only what no other page closes."""
        alarm = self.get_object(request, str(object_id))
        is_open = alarm is not None and alarm.resolved_at is None and alarm.kind != CLOSED_BY_VERDICT
        return super().get_actions_detail(request, object_id) if is_open else []

    def has_resolve_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return bool(request.user.has_perm("weitask.change_alarm"))

    @action(
        description=_("标为已处理"),
        permissions=["resolve"],
        dialog={
            "title": _("标为已处理"),
            "description": _("确认原因已经消除；仍未消除的会再次告警。"),
            "form_class": ConfirmForm,
            "form_submit_text": _("确认"),
        },
    )
    def resolve(self, request: HttpRequest, form: ConfirmForm, object_id: int) -> HttpResponse:
        alarm = get_object_or_404(Alarm, pk=object_id)
        back = reverse("admin:weitask_alarm_change", args=[alarm.pk])
        return act(request, lambda: _close(alarm, request.user), done=gettext("告警已处理"), back=back)


def _close(alarm: Alarm, by: Any) -> None:
    if alarm.kind == CLOSED_BY_VERDICT:
        raise Conflict("closed_by_verdict", gettext("请在订单页面作出裁定，告警随之关闭"))
    if not resolve_alarm(kind=Alarm.Kind(alarm.kind), key=alarm.key, by=by, now=clock.now()):
        raise Conflict("closed", gettext("该告警已处理"))
