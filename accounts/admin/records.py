"""What operators may look up: advertisers, bound Weibo accounts without their tokens, notices, decisions, scores."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import rating
from accounts.admin.acting import ReadOnlyAdmin
from accounts.models import AccountDecision, Advertiser, Notice, RatingScore, WeiboAccount
from accounts.topics import Topic


@admin.register(Advertiser)
class AdvertiserAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "contact", "phone", "user", "created_at"]
    list_filter = ["kind"]
    search_fields = ["name", "contact", "user__username"]
    list_select_related = ["user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Advertiser]:
        """Never one's own (A48)."""
        return super().get_queryset(request).exclude(user=request.user)


@admin.register(WeiboAccount)
class WeiboAccountAdmin(ReadOnlyAdmin):
    fields = [
        *("screen_name", "uid", "user", "followers", "verified", "verified_type", "verified_reason"),
        *("region", "description", "token_state", "token_expires_at", "last_error_code"),
        *("profile_read_at", "bound_at"),
    ]
    list_display = ["screen_name", "uid", "user", "followers", "verified_type", "token_state", "token_expires_at"]
    list_filter = ["token_state", "verified", "verified_type"]
    search_fields = ["screen_name", "uid", "user__username"]
    list_select_related = ["user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WeiboAccount]:
        """Never one's own, and never a token."""
        return super().get_queryset(request).exclude(user=request.user).defer("token")


class TopicFilter(admin.SimpleListFilter):
    """What notices are about, in the words their readers choose channels by.

    It has no index, for every notice would pay for it: a million rows are looked through in a fifth of a second.
    """

    title = _("主题")
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return Topic.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        topic = self.value()
        return queryset.about(Topic(topic)) if topic in Topic.values else queryset


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    fields = ["created_at", "user", "title", "body", "url", "urgent", "copies", "read_at"]
    list_display = ["created_at", "user", "title", "urgent", "copies", "read_at"]
    list_filter = [TopicFilter, "deliveries__state", "urgent"]
    search_fields = ["user__username", "title", "dedupe"]
    list_select_related = ["user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        """With the copies that left the house."""
        return super().get_queryset(request).prefetch_related("deliveries")

    @admin.display(description=_("发送"))
    def copies(self, notice: Notice) -> str:
        return ", ".join(str(one) for one in notice.deliveries.all()) or "-"


@admin.register(AccountDecision)
class AccountDecisionAdmin(ReadOnlyAdmin):
    list_display = ["at", "account", "subject", "approved", "reason", "by"]
    list_filter = ["subject", "approved"]
    search_fields = ["account__screen_name", "by__username"]
    list_select_related = ["account", "by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccountDecision]:
        return super().get_queryset(request).exclude(account__owner=request.user)


@admin.register(RatingScore)
class RatingScoreAdmin(ReadOnlyAdmin):
    fields = ["at", "account", "score", "in_parts", "formula"]
    readonly_fields = ["in_parts"]
    list_display = ["at", "account", "score", "formula"]
    search_fields = ["account__screen_name"]
    list_select_related = ["account"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RatingScore]:
        return super().get_queryset(request).exclude(account__owner=request.user)

    @admin.display(description=_("分项"))
    def in_parts(self, row: RatingScore) -> str:
        return "\n".join(f"{one['name']} {one['points']}/{one['most']}" for one in rating.named(row.parts))
