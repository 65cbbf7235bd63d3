"""The evidence on an order's page: moves, tries to post, readings, verdicts; nothing of it can be edited."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import TabularInline

from orders.models import OrderEvent, PublishAttempt, Reading, Verdict
from tasks.admin.access import LookOnly


class _Evidence(LookOnly, TabularInline):
    extra = 0
    hide_title = True
    can_delete = False


class EventInline(_Evidence):
    model = OrderEvent
    fields = readonly_fields = ("at", "old", "new", "cause", "by", "recorded_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by")


class AttemptInline(_Evidence):
    model = PublishAttempt
    fields = readonly_fields = (
        "number",
        "state",
        "armed_at",
        "sent_at",
        "answered_at",
        "full_reads",
        "saw_deletion",
        "base_post_id",
        "code",
        "message",
    )


class ReadingInline(_Evidence):
    model = Reading
    fields = readonly_fields = ("outcome", "asked_at", "answered_at", "reposts", "comments", "likes", "code")


class VerdictInline(_Evidence):
    model = Verdict
    fields = readonly_fields = ("at", "outcome", "reason", "by")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by")
