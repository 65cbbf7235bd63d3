"""What persons decided about orders: read-only for everybody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from orders import deciding
from orders.admin.evidence import Decided
from orders.models import Verdict
from tasks.admin.access import LookOnly, person


class OutcomeFilter(admin.SimpleListFilter):
    """What was decided."""

    title = _("裁定")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, deciding.outcome_in_words(Verdict(outcome=code))) for code in deciding.CODES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(outcome=self.value()) if self.value() else queryset


@admin.register(Verdict)
class VerdictAdmin(Decided, LookOnly, ModelAdmin):
    fields = list_display = ("at", "order", "decided", "reason", "by")
    list_filter = (OutcomeFilter,)
    list_select_related = ("order", "by")
    search_fields = ("=order__number", "reason", "by__username")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Never about one's own order (A48)."""
        user = person(request)
        return super().get_queryset(request).exclude(order__owner=user).exclude(order__advertiser__user=user)
