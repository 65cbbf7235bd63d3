"""帐号审核: the queue and the deeds (R9, R10, R64, A26, A41, A48)."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display

from accounts import access, media, suspensions
from accounts.admin import pool
from accounts.admin.acting import ConfirmForm, ProposalForm, ReadOnlyAdmin, ReasonForm, act
from accounts.admin.beside import Beside
from accounts.admin.linking import NamedInRows
from accounts.models import AccountDecision, Category, MediaAccount, SuspensionProposal, User
from accounts.pool import MOST, Wish
from weitask import clock
from weitask.money import display as money
from weitask.refusal import Refusal

REVIEWERS = ["decide"]  # has_decide_permission


def _confirm(title: Any, description: Any) -> dict[str, Any]:
    return {"title": title, "description": description, "form_class": ConfirmForm, "form_submit_text": _("确认")}


def _with_reason(title: Any, description: Any) -> dict[str, Any]:
    return {"title": title, "description": description, "form_class": ReasonForm, "form_submit_text": _("确认")}


class DecisionInline(Beside):
    """The record of this account; rows cannot be edited anywhere."""

    model = AccountDecision
    fields = readonly_fields = ["at", "subject", "approved", "reason", "by"]


class ProposalInline(Beside):
    """Who would suspend it and why, and what the second reviewer said."""

    model = SuspensionProposal
    fk_name = "account"
    fields = readonly_fields = ["at", "reason", "until", "by", "confirmed", "answer", "decided_by", "decided_at"]


class ProposedFilter(admin.SimpleListFilter):
    """Whose suspension waits for a second reviewer."""

    title = _("暂停提议")
    parameter_name = "proposed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("待确认"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MediaAccount]) -> QuerySet[MediaAccount]:
        waiting = SuspensionProposal.objects.filter(confirmed=None)
        return queryset.filter(pk__in=waiting.values("account")) if self.value() else queryset


@admin.register(MediaAccount)
class MediaAccountAdmin(ReadOnlyAdmin):
    list_display = [
        "screen_name",
        "standing",
        "category",
        "followers",
        "rating",
        "prices",
        "organisation",
        "created_at",
    ]
    fields = [
        *("weibo", "owner", "followers", "region", "organisation", "category", "review", "taking", "prices"),
        *("specific", "specific_by_hand", "specific_opt_in", "suspended_at", "suspended_reason"),
        *("suspended_until", "authorised"),
        *("rating", "accept_rate", "lapse_rate", "answer_minutes", "median_reposts", "median_comments", "created_at"),
    ]
    readonly_fields = ["prices", "accept_rate", "lapse_rate"]
    list_filter = [
        *("review", "taking", "organisation", "specific"),
        *(ProposedFilter, ("suspended_at", admin.EmptyFieldListFilter)),
    ]
    search_fields = ["screen_name", "weibo__uid", "owner__username"]
    list_select_related = ["category"]
    ordering = ["-id"]
    inlines = [ProposalInline, DecisionInline]
    actions = ["approve_selected", "list_selected", "unlist_selected", "leave_selected_to_rating"]
    actions_detail = [
        "approve_review",
        "reject_review",
        "approve_taking",
        "reject_taking",
        "warn",
        "propose_suspension",
        "confirm_suspension",
        "withdraw_suspension",
        "resume",
        "list_specific",
        "unlist_specific",
        "leave_to_rating",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MediaAccount]:
        """Never one's own accounts (A48); `proposed` where a suspension waits for a second reviewer."""
        waiting = SuspensionProposal.objects.filter(account=OuterRef("pk"), confirmed=None)
        return super().get_queryset(request).exclude(owner=request.user).annotate(proposed=Exists(waiting))

    @display(description=_("状态"), label={"ok": "success", "wait": "warning", "bad": "danger"})
    def standing(self, account: MediaAccount) -> tuple[str, str]:
        if account.suspended_at:
            return "bad", gettext("暂停交易")
        if account.proposed:  # type: ignore[attr-defined]
            return "wait", gettext("暂停待确认")
        if not account.authorised:
            return "bad", gettext("授权已失效")
        if account.review != MediaAccount.Review.APPROVED:
            tone = "wait" if account.review == MediaAccount.Review.PENDING else "bad"
            return tone, gettext("授权审核：%(state)s") % {"state": account.get_review_display()}
        tone = {"open": "ok", "applied": "wait"}.get(account.taking, "bad")
        return tone, gettext("接单功能：%(state)s") % {"state": account.get_taking_display()}

    @display(description=_("原发 / 转发收入（元）"))
    def prices(self, account: MediaAccount) -> str:
        return " / ".join("–" if fen is None else money(fen) for fen in (account.price_original, account.price_repost))

    @display(description=_("接单率"))
    def accept_rate(self, account: MediaAccount) -> str:
        return _percent(account.accept_rate_bp)

    @display(description=_("流单率"))
    def lapse_rate(self, account: MediaAccount) -> str:
        return _percent(account.lapse_rate_bp)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[UnfoldAction]:
        """Only what the account's state allows."""
        account = self.get_object(request, str(object_id))
        possible = _possible(account) | _suspending(account, _user(request)) if account else set()
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.action_name.removeprefix(prefix) in possible]

    @action(
        description=_("通过授权审核"),
        permissions=REVIEWERS,
        dialog=_confirm(_("通过授权审核"), _("非企业认证帐号会立即开通接单功能。")),
    )
    def approve_review(self, request: HttpRequest, form: ConfirmForm, object_id: int) -> HttpResponse:
        return self._decide(request, object_id, subject="authorisation", approved=True)

    @action(
        description=_("驳回授权审核"),
        permissions=REVIEWERS,
        dialog=_with_reason(_("驳回授权审核"), _("理由会告知帐号主，对方可以重新申请。")),
    )
    def reject_review(self, request: HttpRequest, form: ReasonForm, object_id: int) -> HttpResponse:
        reason = form.cleaned_data["reason"]
        return self._decide(request, object_id, subject="authorisation", approved=False, reason=reason)

    @action(
        description=_("通过接单申请"),
        permissions=REVIEWERS,
        dialog=_confirm(_("通过接单申请"), _("帐号会立即开通接单功能。")),
    )
    def approve_taking(self, request: HttpRequest, form: ConfirmForm, object_id: int) -> HttpResponse:
        return self._decide(request, object_id, subject="taking", approved=True)

    @action(
        description=_("驳回接单申请"),
        permissions=REVIEWERS,
        dialog=_with_reason(_("驳回接单申请"), _("理由会告知帐号主，对方可以重新申请。")),
    )
    def reject_taking(self, request: HttpRequest, form: ReasonForm, object_id: int) -> HttpResponse:
        reason = form.cleaned_data["reason"]
        return self._decide(request, object_id, subject="taking", approved=False, reason=reason)

    @action(
        description=_("警告"),
        permissions=REVIEWERS,
        dialog=_with_reason(_("警告"), _("理由会告知帐号主；帐号照常接单。")),
    )
    def warn(self, request: HttpRequest, form: ReasonForm, object_id: int) -> HttpResponse:
        return self._stop_or_go(request, object_id, suspensions.warn, reason=form.cleaned_data["reason"])

    @action(
        description=_("提议暂停交易"),
        permissions=REVIEWERS,
        dialog={
            **_with_reason(_("提议暂停交易"), _("由另一位审核员确认后生效；理由届时告知帐号主。")),
            "form_class": ProposalForm,
        },
    )
    def propose_suspension(self, request: HttpRequest, form: ProposalForm, object_id: int) -> HttpResponse:
        account, by = self._account(request, object_id), _user(request)
        reason, until = form.cleaned_data["reason"], form.until
        return act(
            request,
            lambda: suspensions.propose(account=account, reason=reason, until=until, by=by, now=clock.now()),
            done=gettext("提议已记录，等待另一位审核员确认"),
            back=_page(account),
        )

    @action(
        description=_("确认暂停交易"),
        permissions=REVIEWERS,
        dialog=_confirm(
            _("确认暂停交易"), _("按页面下方的提议：帐号不能再被选择；已接的订单照常执行。理由会告知帐号主。")
        ),
    )
    def confirm_suspension(self, request: HttpRequest, form: ConfirmForm, object_id: int) -> HttpResponse:
        return self._stop_or_go(request, object_id, suspensions.confirm)

    @action(
        description=_("撤回暂停提议"),
        permissions=REVIEWERS,
        dialog=_with_reason(_("撤回暂停提议"), _("帐号照常接单；理由留在记录里，不告知帐号主。")),
    )
    def withdraw_suspension(self, request: HttpRequest, form: ReasonForm, object_id: int) -> HttpResponse:
        account, by = self._account(request, object_id), _user(request)
        reason = form.cleaned_data["reason"]
        return act(
            request,
            lambda: suspensions.withdraw(account=account, reason=reason, by=by, now=clock.now()),
            done=gettext("提议已撤回"),
            back=_page(account),
        )

    @action(
        description=_("恢复交易"),
        permissions=REVIEWERS,
        dialog=_with_reason(_("恢复交易"), _("帐号可以再次被选择。")),
    )
    def resume(self, request: HttpRequest, form: ReasonForm, object_id: int) -> HttpResponse:
        return self._stop_or_go(request, object_id, suspensions.resume, reason=form.cleaned_data["reason"])

    @action(description=Wish.IN.label, permissions=REVIEWERS)
    def list_specific(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._pool(request, object_id, Wish.IN)

    @action(description=Wish.OUT.label, permissions=REVIEWERS)
    def unlist_specific(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._pool(request, object_id, Wish.OUT)

    @action(description=Wish.BY_RATING.label, permissions=REVIEWERS)
    def leave_to_rating(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._pool(request, object_id, Wish.BY_RATING)

    @admin.action(description=Wish.IN.label, permissions=REVIEWERS)
    def list_selected(self, request: HttpRequest, queryset: QuerySet[MediaAccount]) -> HttpResponse:
        return self._pool_of(request, queryset, Wish.IN, "list_selected")

    @admin.action(description=Wish.OUT.label, permissions=REVIEWERS)
    def unlist_selected(self, request: HttpRequest, queryset: QuerySet[MediaAccount]) -> HttpResponse:
        return self._pool_of(request, queryset, Wish.OUT, "unlist_selected")

    @admin.action(description=Wish.BY_RATING.label, permissions=REVIEWERS)
    def leave_selected_to_rating(self, request: HttpRequest, queryset: QuerySet[MediaAccount]) -> HttpResponse:
        return self._pool_of(request, queryset, Wish.BY_RATING, "leave_selected_to_rating")

    @admin.action(description=_("通过所选帐号的待审申请"), permissions=REVIEWERS)
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[MediaAccount]) -> None:
        """Approve what is pending of each; the others are said by name."""
        by, now, done = _user(request), clock.now(), 0
        for account in queryset:
            subject = "taking" if account.taking == MediaAccount.Taking.APPLIED else "authorisation"
            try:
                media.decide(account=account, subject=subject, approved=True, reason="", by=by, now=now)
                done += 1
            except Refusal as refusal:
                messages.error(request, gettext("%(what)s：%(why)s") % {"what": account, "why": refusal})
        if done:
            messages.success(request, gettext("已通过 %(count)s 个帐号") % {"count": done})

    def has_decide_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm(access.DECIDE_ACCOUNTS)

    def _account(self, request: HttpRequest, object_id: int) -> MediaAccount:
        return get_object_or_404(self.get_queryset(request), pk=object_id)

    def _decide(
        self, request: HttpRequest, object_id: int, *, subject: str, approved: bool, reason: str = ""
    ) -> HttpResponse:
        account, by = self._account(request, object_id), _user(request)

        def verb() -> object:
            return media.decide(
                account=account, subject=subject, approved=approved, reason=reason, by=by, now=clock.now()
            )

        return act(request, verb, done=gettext("审核结果已记录，并通知帐号主"), back=_page(account))

    def _stop_or_go(
        self, request: HttpRequest, object_id: int, verb: Callable[..., object], **said: str
    ) -> HttpResponse:
        account, by = self._account(request, object_id), _user(request)
        return act(
            request,
            lambda: verb(account=account, by=by, now=clock.now(), **said),
            done=gettext("已记录，并通知帐号主"),
            back=_page(account),
        )

    def _pool(self, request: HttpRequest, object_id: int, wish: Wish) -> HttpResponse:
        """The pool's change is foreseen on a page of its own, also for one account."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        account = self._account(request, object_id)
        return pool.page(request, site=self.admin_site, asked=pool.Asked([account], wish, _page(account)))

    def _pool_of(self, request: HttpRequest, queryset: QuerySet[MediaAccount], wish: Wish, action: str) -> HttpResponse:
        """One more than may be changed at once is let through, so that the verb can say so."""
        back = reverse("admin:accounts_mediaaccount_changelist")
        chosen = list(queryset.order_by("pk")[: MOST + 1])
        return pool.page(request, site=self.admin_site, asked=pool.Asked(chosen, wish, back, action))


@admin.register(Category)
class CategoryAdmin(NamedInRows, ModelAdmin):
    """帐号类别: may be added and renamed; one in use stays."""

    list_display = ["name", "name_en", "slug", "position"]
    list_editable = ["position"]
    search_fields = ["name", "name_en", "slug"]


def _percent(basis_points: int | None) -> str:
    return "–" if basis_points is None else f"{basis_points // 100}.{basis_points % 100 // 10}%"


def _possible(account: MediaAccount) -> set[str]:
    """The actions that make sense in the account's present state."""
    names = {"unlist_specific"} if account.specific else {"list_specific"}
    if account.specific_by_hand:
        names.add("leave_to_rating")
    if account.review == MediaAccount.Review.PENDING:
        names |= {"approve_review", "reject_review"}
    if account.taking == MediaAccount.Taking.APPLIED:
        names |= {"approve_taking", "reject_taking"}
    return names


def _suspending(account: MediaAccount, by: User) -> set[str]:
    """What this person may do about a suspension; who proposed it does not confirm it."""
    if account.suspended_at:
        return {"resume"}
    proposal = account.suspension_proposals.filter(confirmed=None).first()
    if proposal is None:
        return {"warn", "propose_suspension"}
    return {"withdraw_suspension"} if proposal.by_id == by.pk else {"confirm_suspension", "withdraw_suspension"}


def _page(account: MediaAccount) -> str:
    return reverse("admin:accounts_mediaaccount_change", args=[account.pk])


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
