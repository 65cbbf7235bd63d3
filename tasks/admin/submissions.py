"""The queue of submissions and the page of one (R40-R47, A15, A48)."""

from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from tasks import queries
from tasks.admin import buttons, confirming, desk
from tasks.admin.access import LookOnly, person
from tasks.admin.confirming import Asked, Button
from tasks.desk import claims, queue
from tasks.models import Claim, FirstApproval, Submission
from weitask import clock
from weitask.money import display
from weitask.periods import shanghai
from weitask.questions import Rows

QUEUE: Final = "admin:tasks_submission_changelist"


class StateFilter(admin.SimpleListFilter):
    """The queue opens on what waits; the rest is a click away."""

    title = gettext_lazy("状态")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Submission.State.choices[1:]] + [("all", _("全部"))]

    def choices(self, changelist: ChangeList) -> Any:
        default, *rest = super().choices(changelist)
        yield {**default, "display": Submission.State.IN_REVIEW.label}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Submission]") -> "QuerySet[Submission]":
        if self.value() == "all":
            return queryset
        return queryset.filter(state=self.value() or Submission.State.IN_REVIEW)


@admin.register(Submission)
class SubmissionAdmin(LookOnly, ModelAdmin):
    list_display = ("name", "advertiser", "kind", "next_start", "time_left", "accounts", "cost", "found", "reader")
    list_filter = (StateFilter, "form", "addition")
    search_fields = ("=task__id", "task__advertiser__name", "text")
    actions = ("approve_selected", "reject_selected")
    list_before_template = "admin/tasks/_queue_start.html"

    class Media:
        css = {"all": ("tasks/desk.css",)}
        js = ("tasks/desk.js",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Submission]":
        """Never one's own tasks or accounts (A48). Of other tables the columns get words and no objects."""
        now = RawSQL(clock.NOW, [], DateTimeField())  # noqa: S611 [our own words]
        here = OuterRef("pk")
        return (
            queries.desk(reviewer=person(request))
            .select_related(None)
            .annotate(
                desk_now=now,
                advertiser_name=F("task__advertiser__name"),
                read_by=Subquery(Claim.objects.filter(submission=here, until__gt=now).values("by__username")),
                first_by=Subquery(FirstApproval.objects.filter(submission=here).values("by__username")),
            )
        )

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return queries.NEAREST_FIRST

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("start/", wrap(self.start_view), name="tasks_submission_start"),
            path("<int:pk>/claim/", wrap(self.claim_view), name="tasks_submission_claim"),
            path("<int:pk>/release/", wrap(self.release_view), name="tasks_submission_release"),
            path("<int:pk>/approve/", wrap(self.approve_view), name="tasks_submission_approve"),
            path("<int:pk>/reject/", wrap(self.reject_view), name="tasks_submission_reject"),
            path("<int:pk>/picture/<int:image_id>/", wrap(self.picture_view), name="tasks_submission_picture"),
        ]
        return [*own, *super().get_urls()]

    # --- Columns ------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("任务"))
    def name(self, row: Submission) -> str:
        return f"#{row.task_id} {row.text[:24]}"

    @admin.display(description=gettext_lazy("广告主"))
    def advertiser(self, row: Any) -> str:
        return str(row.advertiser_name)

    @admin.display(description=gettext_lazy("形式"))
    def kind(self, row: Submission) -> str:
        form = row.get_form_display()
        return _("%(form)s（增加订单）") % {"form": form} if row.addition else form

    @admin.display(description=gettext_lazy("最近开始时间"))
    def next_start(self, row: Submission) -> str:
        return f"{shanghai(row.next_start_at):%m-%d %H:%M}" if row.next_start_at else "–"

    @admin.display(description=gettext_lazy("剩余时间"))
    def time_left(self, row: Any) -> str:
        if row.next_start_at is None:
            return "–"
        left = row.next_start_at - row.desk_now
        words = desk.in_words(left)
        return format_html('<span class="wt-hurry">{}</span>', words) if left < desk.HURRY else words

    @admin.display(description=gettext_lazy("帐号数"))
    def accounts(self, row: Any) -> int:
        return row.items_open

    @admin.display(description=gettext_lazy("费用（元）"))
    def cost(self, row: Submission) -> str:
        return display(row.total)

    @admin.display(description=gettext_lazy("机审"))
    def found(self, row: Submission) -> str:
        return format_html('<span class="wt-hurry">{}</span>', len(row.findings)) if row.findings else "–"

    @admin.display(description=gettext_lazy("审核员"))
    def reader(self, row: Any) -> str:
        """Who reads it now, and who said yes first."""
        told = []
        if row.read_by:
            told.append(_("%(who)s 正在审核") % {"who": row.read_by})
        if row.first_by and row.state == Submission.State.IN_REVIEW:
            told.append(_("待复核（%(who)s 初审）") % {"who": row.first_by})
        return _("；").join(told) if told else "–"

    # --- Pages --------------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One submission on one page: content as it will look, pictures, findings, advertiser, accounts, cost."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        submission, user, now = self._one(request, object_id), person(request), clock.now()
        context = {
            **self.admin_site.each_context(request),
            **desk.context(submission, reader=user, now=now),
            "beside": queue.neighbours(submission=submission, reviewer=user, now=now),
            "claim": self._claim(request, submission),
            "title": _("审核任务 #%(task)s") % {"task": submission.task_id},
            "opts": self.opts,
            "may_decide": self.has_decide_permission(request),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/tasks/desk.html", context)

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """To the first submission that nobody has in hand."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        return redirect(_page_of(queue.first(reviewer=person(request), now=clock.now())))

    def claim_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page is still open."""
        return self._touch(request, pk, keep=True)

    def release_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page was left."""
        return self._touch(request, pk, keep=False)

    def approve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._decide(request, pk, buttons.APPROVE)

    def reject_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._decide(request, pk, buttons.REJECT)

    def picture_view(self, request: HttpRequest, pk: int, image_id: int) -> HttpResponseBase:
        """A picture of this submission and of no other."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        picture = queries.pictures(submission=self._one(request, str(pk))).get(image_id)
        if picture is None:
            raise Http404
        answer = FileResponse(picture.file.open())
        answer["Cache-Control"] = "private, max-age=3600"
        return answer

    @admin.action(description=gettext_lazy("通过所选"), permissions=["decide"])
    def approve_selected(self, request: HttpRequest, rows: "QuerySet[Submission]") -> HttpResponse:
        return self._decide_many(request, rows, buttons.APPROVE, "approve_selected")

    @admin.action(description=gettext_lazy("驳回所选"), permissions=["decide"])
    def reject_selected(self, request: HttpRequest, rows: "QuerySet[Submission]") -> HttpResponse:
        return self._decide_many(request, rows, buttons.REJECT, "reject_selected")

    def _one(self, request: HttpRequest, pk: str) -> Submission:
        if not pk.isdigit():
            raise Http404
        found = _ONE.first(reviewer=person(request).pk, pk=int(pk))
        if found is None:
            raise Http404
        return found

    def _decide(self, request: HttpRequest, pk: int, button: Button) -> HttpResponse:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        submission, user = self._one(request, str(pk)), person(request)
        self._claim(request, submission)

        def onward() -> str:
            return _page_of(queue.onward(submission=submission, reviewer=user, now=clock.now()))

        asked = Asked([submission], _page_of(submission.pk), onward=onward)
        return confirming.page(request, site=self.admin_site, button=button, asked=asked)

    def _touch(self, request: HttpRequest, pk: int, *, keep: bool) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_decide_permission(request):
            raise PermissionDenied
        submission = self._one(request, str(pk))
        if keep:
            self._claim(request, submission)
        else:
            claims.release(submission=submission, by=person(request))
        return HttpResponse(status=204)

    def _claim(self, request: HttpRequest, submission: Submission) -> Claim | None:
        """Whose it is to read now; None when there is nothing to decide, or not by this person."""
        if submission.state != Submission.State.IN_REVIEW or not self.has_decide_permission(request):
            return None
        return claims.take(submission=submission, by=person(request), now=clock.now())

    def _decide_many(
        self, request: HttpRequest, rows: "QuerySet[Submission]", button: Button, action: str
    ) -> HttpResponse:
        chosen = rows.select_related("task__advertiser", "first_approval__by")
        asked = Asked(list(chosen), reverse(QUEUE), action)
        return confirming.page(request, site=self.admin_site, button=button, asked=asked)


def _page_of(pk: int | None) -> str:
    """The page of a submission; the queue when there is none."""
    return reverse("admin:tasks_submission_change", args=[pk]) if pk else reverse(QUEUE)


_ONE: Final = Rows(
    lambda reviewer, pk: queries.desk(reviewer=reviewer).select_related("claim__by", "first_approval__by").filter(pk=pk)
)
