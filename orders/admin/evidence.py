"""The evidence on an order's page: moves, tries to post, readings, verdicts; nothing of it can be edited."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.beside import Beside
from orders import deciding
from orders.models import OrderEvent, PublishAttempt, Reading, Verdict


class EventInline(Beside):
    model = OrderEvent
    fields = readonly_fields = ("at", "old", "new", "cause", "by", "recorded_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by")


class AttemptInline(Beside):
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


class ReadingInline(Beside):
    model = Reading
    fields = readonly_fields = ("outcome", "asked_at", "answered_at", "reposts", "comments", "likes", "code")


class Decided:
    """A column that says a verdict in words."""

    @display(description=_("裁定"))
    def decided(self, verdict: Verdict) -> str:
        return deciding.outcome_in_words(verdict)


class VerdictInline(Decided, Beside):
    model = Verdict
    fields = readonly_fields = ("at", "decided", "reason", "by")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by")
