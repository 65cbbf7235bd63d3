"""审核记录: read-only for everybody (R49)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from accounts.admin.beside import Beside
from tasks.admin.access import LookOnly, person
from tasks.models import Decision, Submission
from tasks.querysets import with_accounts_of


@admin.register(Decision)
class DecisionAdmin(LookOnly, ModelAdmin):
    list_display = ("at", "task", "submission", "verdict", "by", "reason", "platform_fault", "rule_version")
    list_filter = ("verdict", "platform_fault", "at")
    list_select_related = ("task", "submission__task", "by")
    search_fields = ("=task__id", "reason", "by__username")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Decision]":
        """Never about one's own task or account (A48)."""
        rows: QuerySet[Decision] = super().get_queryset(request)
        user = person(request)
        return rows.exclude(task__advertiser__user=user).exclude(task__in=with_accounts_of(user))


class DecisionInline(Beside):
    model = Decision
    fields = ("at", "verdict", "by", "reason", "platform_fault", "rule_version")
    readonly_fields = fields


class SubmissionInline(Beside):
    model = Submission
    fields = ("number", "state", "addition", "submitted_at", "who", "start_at")
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).select_related("submitted_by")

    @admin.display(description=gettext_lazy("提交人"))
    def who(self, row: Submission) -> str:
        return row.submitted_by.get_username()
