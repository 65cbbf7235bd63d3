"""评级申诉 at the account desk: the open ones first, with what the order's record says, accepted or rejected (A40)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from accounts.access import DECIDE_APPEALS
from orders import appeals, refusals
from orders.admin.buttons import WhyForm
from orders.models import RatingAppeal
from tasks.admin import confirming
from tasks.admin.access import LookOnly, person
from tasks.admin.confirming import Asked, Button


class AnswerForm(WhyForm):
    """The reason goes to the owner as it is."""

    reason = forms.CharField(
        label=gettext_lazy("处理理由（会原样告知帐号主）"),
        max_length=appeals.MOST,
        widget=forms.Textarea(attrs={"rows": 4, "class": "wt-reason"}),
    )


def _button(name: str, title: Any, effect: Any, *, accepted: bool) -> Button:
    return Button(
        name=name,
        title=title,
        form=AnswerForm,
        foresee=lambda row, _now: [_("帐号主的理由：%(reason)s") % {"reason": row.reason}, str(effect)],
        run=lambda row, by, data, now: appeals.decide(
            appeal=row, by=by, accepted=accepted, reason=data["reason"], now=now
        ),
        outcome=lambda _row: _("处理结果已记录，并通知帐号主"),
    )


ACCEPT = _button(
    "approve",
    gettext_lazy("申诉成立"),
    gettext_lazy("该订单的失分不再计入评级，评级立即重新计算；不可撤回。"),
    accepted=True,
)
REJECT = _button(
    "reject", gettext_lazy("驳回申诉"), gettext_lazy("评级不变；帐号主补充理由后可以再次申诉。"), accepted=False
)


@admin.register(RatingAppeal)
class RatingAppealAdmin(LookOnly, ModelAdmin):
    list_display = ("at", "standing", "account", "order", "mark", "reason", "decided_by", "decided_at")
    list_filter = (("accepted", admin.EmptyFieldListFilter), "accepted")
    search_fields = ("=order__number", "account__screen_name", "reason")
    list_select_related = ("order", "account", "decided_by")
    show_full_result_count = False
    fields = readonly_fields = (
        *("account", "order", "mark", "words_of_refusal", "reason", "by", "at"),
        *("result", "answer", "decided_by", "decided_at"),
    )
    ordering = (F("decided_at").desc(nulls_first=True), "-pk")  # the open ones first
    actions_detail = ("accept_one", "reject_one")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RatingAppeal]:
        """Never about one's own orders (A48)."""
        user = person(request)
        return super().get_queryset(request).exclude(order__owner=user).exclude(order__advertiser__user=user)

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(DECIDE_APPEALS)

    @display(description=gettext_lazy("状态"), label={"open": "warning", "yes": "success", "no": "danger"})
    def standing(self, row: RatingAppeal) -> tuple[str, str]:
        if row.accepted is None:
            return "open", _("待处理")
        return ("yes", _("申诉成立")) if row.accepted else ("no", _("申诉未成立"))

    @admin.display(description=gettext_lazy("状态"))
    def result(self, row: RatingAppeal) -> str:
        return self.standing(row)[1]

    @admin.display(description=gettext_lazy("订单状态"))
    def mark(self, row: RatingAppeal) -> str:
        early = _("（提前删除）") if row.order.deleted_early else ""
        return f"{row.order.get_state_display()}{early}"

    @admin.display(description=gettext_lazy("拒单类别"))
    def words_of_refusal(self, row: RatingAppeal) -> str:
        return " ".join(filter(None, (refusals.name_of(row.order.refusal_code), row.order.refusal_reason))) or "-"

    @action(description=ACCEPT.title, url_path="accept", permissions=["decide"], icon="check")
    def accept_one(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._ask(request, object_id, ACCEPT)

    @action(description=REJECT.title, url_path="reject", permissions=["decide"], icon="close")
    def reject_one(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._ask(request, object_id, REJECT)

    def _ask(self, request: HttpRequest, object_id: int, button: Button) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        back = reverse("admin:orders_ratingappeal_change", args=[row.pk])
        asked = Asked([row] if row.accepted is None else [], back)
        return confirming.page(request, site=self.admin_site, button=button, asked=asked)
