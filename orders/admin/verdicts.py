"""What persons decided about orders: read-only for everybody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from orders import deciding
from orders.models import Verdict
from tasks.admin.access import LookOnly, person


@admin.register(Verdict)
class VerdictAdmin(LookOnly, ModelAdmin):
    fields = list_display = ("at", "order", "decided", "reason", "by")
    list_select_related = ("order", "by")
    search_fields = ("=order__number", "reason", "by__username")

    @display(description=_("裁定"))
    def decided(self, verdict: Verdict) -> str:
        return deciding.outcome_in_words(verdict)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Never about one's own order (A48)."""
        user = person(request)
        return super().get_queryset(request).exclude(order__owner=user).exclude(order__advertiser__user=user)
