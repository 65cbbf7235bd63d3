"""Tasks as the desk sees them: their history, and the stop (R85, R86)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action

from tasks.admin import buttons, confirming
from tasks.admin.access import LookOnly, person
from tasks.admin.confirming import Asked, Outcome
from tasks.admin.records import DecisionInline, SubmissionInline
from tasks.desk import fates
from tasks.models import LIVE, Decision, Task, TaskState


@admin.register(Task)
class TaskAdmin(LookOnly, ModelAdmin):
    list_display = ("__str__", "advertiser", "form", "state", "first_start_at", "last_start_at", "created_at")
    list_filter = ("state", "form")
    list_select_related = ("advertiser",)
    search_fields = ("=id", "advertiser__name", "text")
    fields = (
        "advertiser",
        "form",
        "state",
        "text",
        "source_url",
        "start_at",
        "first_start_at",
        "last_start_at",
        "ended_at",
        "created_at",
        "updated_at",
    )
    readonly_fields = fields
    inlines = (SubmissionInline, DecisionInline)
    actions = ("halt_selected",)
    actions_detail = ("halt_one", "halt_sheet")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Task]":
        """Never one's own tasks, nor drafts, which nobody handed in yet (A48)."""
        return super().get_queryset(request).reviewable_by(person(request)).exclude(submissions=None)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[UnfoldAction]:
        """The stop where there is something to stop, its result where there was."""
        task = self.get_object(request, str(object_id))
        fitting: dict[str, str] = {TaskState.HALTED: "halt_sheet", **dict.fromkeys(LIVE, "halt_one")}
        shown = f"tasks_task_{fitting.get(task.state)}" if task is not None else ""
        return [one for one in super().get_actions_detail(request, object_id) if one.action_name == shown]

    @action(description=gettext_lazy("紧急叫停"), url_path="halt", permissions=["decide"], icon="front_hand")
    def halt_one(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The button on the task's page; who comes by its address when there is nothing to stop is told so."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        task = get_object_or_404(self.get_queryset(request), pk=object_id)
        rows = [task] if task.state in LIVE or request.method == "POST" else []
        asked = Asked(rows, reverse("admin:tasks_task_change", args=[task.pk]))
        return confirming.page(request, site=self.admin_site, button=buttons.HALT, asked=asked)

    @action(description=gettext_lazy("叫停结果"), url_path="halt-result", permissions=["decide"], icon="list_alt")
    def halt_sheet(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What became of each order since the stop; those that were being posted are decided later."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        task = get_object_or_404(self.get_queryset(request), pk=object_id, state=TaskState.HALTED)
        asked = Asked([task], reverse("admin:tasks_task_change", args=[task.pk]))
        reason = task.decisions.filter(verdict=Decision.Verdict.HALT).values_list("reason", flat=True).first()
        outcome = Outcome(task, done=True, words=[reason or ""], lines=fates.of_task(task))
        return confirming.sheet(request, self.admin_site, buttons.HALT, asked, [outcome])

    @admin.action(description=gettext_lazy("紧急叫停所选"), permissions=["decide"])
    def halt_selected(self, request: HttpRequest, rows: "QuerySet[Task]") -> HttpResponse:
        asked = Asked(list(rows.filter(state__in=LIVE)), reverse("admin:tasks_task_changelist"), "halt_selected")
        return confirming.page(request, site=self.admin_site, button=buttons.HALT, asked=asked)
