"""Orders as the desk sees them: all of them with their evidence, the undecided ones first to be found."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action

from accounts.access import DECIDE_ORDERS
from orders import labels
from orders.admin import buttons
from orders.admin.evidence import AttemptInline, EventInline, ReadingInline, VerdictInline
from orders.models import Order
from orders.moves import State
from orders.verdicts import Undecided
from tasks.admin import confirming
from tasks.admin.access import LookOnly, person
from tasks.admin.confirming import Asked, Button
from weitask.money import display


class UndecidedFilter(admin.SimpleListFilter):
    """Which orders wait for a person, and why."""

    title = _("待人工裁定")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("any", _("全部待裁定")), *Undecided.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.exclude(undecided="") if self.value() == "any" else queryset.filter(undecided=self.value())


class LabelFilter(admin.SimpleListFilter):
    """The twelve labels, on either axis (A2, R112)."""

    title = _("订单状态")
    parameter_name = "label"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(label.slug, label.name) for label in labels.LABELS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.with_label(self.value()) if self.value() else queryset


@admin.register(Order)
class OrderAdmin(LookOnly, ModelAdmin):
    list_display = ("number", "task", "account", "label", "cause", "start_at", "posted_at", "waiting_for")
    list_filter = (UndecidedFilter, LabelFilter, "form", "cause")
    search_fields = ("=number", "=weibo_id", "=task__id", "account__screen_name")
    list_select_related = ("task", "account")
    inlines = (EventInline, AttemptInline, ReadingInline, VerdictInline)
    actions_detail = ("decide_one", "let_go", "reclass_one")
    fieldsets = (
        (
            None,
            {"fields": ("number", "label", "cause", "waiting_for", "task", "account", "owner", "start_at")},
        ),
        (_("内容"), {"fields": ("form", "text", "source", "net", "service_fee", "followers", "rating")}),
        (_("处理"), {"fields": ("dispatched_at", "answered_at", "ground", "refusal_reason")}),
        (
            _("发布与保留"),
            {
                "fields": (
                    "weibo_id",
                    "posted_at",
                    "last_seen_at",
                    "first_missing_at",
                    "exempt_from",
                    "source_deleted",
                    "deleted_early",
                    "achieved_at",
                    "completed_at",
                    "ended_at",
                    "next_check_at",
                )
            },
        ),
        (_("传播"), {"fields": ("reposts", "comments", "likes", "counted_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [name for _title, group in self.get_fieldsets(request, obj) for name in group["fields"]]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Never orders of one's own tasks or accounts (A48)."""
        user = person(request)
        return super().get_queryset(request).exclude(owner=user).exclude(advertiser__user=user).with_payout()

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For the buttons: who may decide about orders."""
        return request.user.has_perm(DECIDE_ORDERS)

    @admin.display(description=_("订单状态"))
    def label(self, order: Order) -> str:
        badge = labels.retention(order)
        state = str(labels.label(order))
        return gettext("%(state)s（%(badge)s）") % {"state": state, "badge": badge} if badge else state

    @admin.display(description=_("待人工裁定"))
    def waiting_for(self, order: Order) -> str:
        return str(Undecided(order.undecided).label) if order.undecided else ""

    @admin.display(description=_("拒单类别"))
    def ground(self, order: Order) -> str:
        return buttons.refusals.name_of(order.refusal_code)

    @admin.display(description=_("原微博"))
    def source(self, order: Order) -> str:
        return order.source_id

    @admin.display(description=_("净收入（元）"))
    def net(self, order: Order) -> str:
        return display(order.price)

    @admin.display(description=_("服务费（元）"))
    def service_fee(self, order: Order) -> str:
        return display(order.fee)

    @action(description=_("裁定"), url_path="decide", permissions=["decide"], icon="gavel")
    def decide_one(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A verdict on an undecided order."""
        return self._ask(request, object_id, buttons.verdict, lambda order: bool(order.undecided))

    @action(description=_("同意帐号主退出"), url_path="step-back", permissions=["decide"], icon="undo")
    def let_go(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The owner asked to be let go (A45)."""
        return self._ask(request, object_id, lambda _o: buttons.STEP_BACK, lambda order: order.state == State.ACCEPTED)

    @action(description=_("重新归类拒单"), url_path="reclass", permissions=["decide"], icon="rule")
    def reclass_one(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Another ground for a refusal (A40)."""
        return self._ask(request, object_id, lambda _o: buttons.RECLASS, lambda order: order.state == State.REFUSED)

    def _ask(
        self,
        request: HttpRequest,
        object_id: int,
        button: Callable[[Order], Button],
        fits: Callable[[Order], bool],
    ) -> HttpResponse:
        """The confirming page; it offers nothing when the order does not fit."""
        order = get_object_or_404(self.get_queryset(request), pk=object_id)
        asked = Asked([order] if fits(order) else [], reverse("admin:orders_order_change", args=[order.pk]))
        return confirming.page(request, site=self.admin_site, button=button(order), asked=asked)
