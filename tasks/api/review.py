"""review/tasks/: 通过, 驳回 and 紧急叫停, as in the admin (R41, R48, R85, A48)."""

from typing import Final

from django.db.models import Case, When
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.roles import ReviewView, user_of
from tasks import review
from tasks.models import Decision, FirstApproval, Submission, Task, TaskState
from weitask import clock
from weitask.questions import Rows
from weitask.rest.bodies import Nothing, ReasonBody
from weitask.rest.fields import MomentField


class HaltBody(ReasonBody):
    """`platform_fault`: the platform pays the advertiser back for what is posted (A22)."""

    platform_fault = serializers.BooleanField(required=False, default=False)


class TaskDecisionOut(serializers.Serializer):
    """What was decided, and where the task stands now."""

    id = serializers.IntegerField()
    task = serializers.IntegerField(source="task_id")
    submission = serializers.IntegerField(source="submission_id", allow_null=True)
    verdict = serializers.ChoiceField(Decision.Verdict.choices)
    reason = serializers.CharField(allow_blank=True)
    at = MomentField()
    state = serializers.ChoiceField(TaskState.choices, source="task.state")


class FirstApprovalOut(serializers.Serializer):
    """The first of two reviewers approved; another one's approval decides. `state` is of the task."""

    task = serializers.IntegerField(source="submission.task_id")
    submission = serializers.IntegerField(source="submission_id")
    why = serializers.CharField()
    at = MomentField()
    state = serializers.ChoiceField(TaskState.choices, source="submission.task.state")


_LAID_BEFORE: Final = Rows(
    lambda task: Submission.objects.filter(task=task).order_by(
        Case(When(state=Submission.State.IN_REVIEW, then=0), default=1), "-pk"
    )[:1]
)
_DECISION: Final = Rows(lambda submission: Decision.objects.filter(submission=submission).select_related("task"))


class _TaskReview(ReviewView):
    def submission(self, pk: int) -> Submission:
        """The submission of a task that waits, else its newest one, so that the verb names who decided it (F36)."""
        found = _LAID_BEFORE.first(task=pk)
        if found is None:
            raise Http404(_("没有提交审核的任务"))
        return found

    def answered(self, held: Submission) -> Response:
        """The decision as stored, with the task as it is."""
        return Response(TaskDecisionOut(_DECISION.get(submission=held.pk)).data)


class TaskApproveView(_TaskReview):
    """通过."""

    @extend_schema(request=Nothing, responses={200: TaskDecisionOut, 202: FirstApprovalOut})
    def post(self, request: Request, pk: int) -> Response:
        """Approve: the money is frozen and every chosen account has its 派单 at once (R48, R122).

        What is risky takes two reviewers: the first approval is answered with 202 and decides nothing yet.
        """
        self.body(request, Nothing)
        held = review.approve(submission=self.submission(pk), by=user_of(request), now=clock.now())
        if held.state == Submission.State.IN_REVIEW:
            first = FirstApproval.objects.select_related("submission__task").get(submission=held)
            return Response(FirstApprovalOut(first).data, status=202)
        return self.answered(held)


class TaskRejectView(_TaskReview):
    """驳回."""

    @extend_schema(request=ReasonBody, responses={200: TaskDecisionOut})
    def post(self, request: Request, pk: int) -> Response:
        """Reject with a reason the advertiser will read; the hold is dropped (R28, R41)."""
        reason = self.body(request, ReasonBody)["reason"]
        held = review.reject(submission=self.submission(pk), by=user_of(request), reason=reason, now=clock.now())
        return self.answered(held)


class TaskHaltView(_TaskReview):
    """紧急叫停."""

    @extend_schema(request=HaltBody, responses={200: TaskDecisionOut})
    def post(self, request: Request, pk: int) -> Response:
        """Stop a task: what is not posted is cancelled, what is posted is exempt; it cannot be undone (R85, R86)."""
        sent = self.body(request, HaltBody)
        task = self.found(Task.objects.exclude(state=TaskState.DRAFT), pk=pk)
        decision = review.halt(
            task=task,
            by=user_of(request),
            reason=sent["reason"],
            platform_fault=sent["platform_fault"],
            now=clock.now(),
        )
        return Response(TaskDecisionOut(decision).data)
