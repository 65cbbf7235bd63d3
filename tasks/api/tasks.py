"""tasks/: drafting, changing, deleting and submitting one's own tasks (R20-R28)."""

from typing import Final

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.roles import AdvertiserView
from accounts.models import Advertiser
from tasks import drafting, review
from tasks.api.shapes import SubmitBody, TaskBody, TaskOut, TaskRowOut, input_of, shown
from tasks.models import Task, TaskState
from weitask import clock
from weitask.questions import Rows
from weitask.rest.bodies import Filters
from weitask.rest.schema import PAGE_PARAMETERS, paged
from weitask.retrying import retrying


class TaskFilter(Filters):
    """What to list."""

    state = serializers.ChoiceField(TaskState.choices, required=False)


class TasksView(AdvertiserView):
    """One's own tasks."""

    calls_out = True  # a 原文链接 is read from Weibo

    @extend_schema(parameters=[TaskFilter, *PAGE_PARAMETERS], responses=paged(TaskRowOut))
    def get(self, request: Request) -> Response:
        """The caller's tasks, newest first."""
        rows = Task.objects.visible_to(self.advertiser(request))
        return self.listed(request, rows.filter(**TaskFilter.read(request.query_params)), TaskRowOut)

    @extend_schema(request=TaskBody, responses={201: TaskOut})
    def post(self, request: Request) -> Response:
        """Save a draft; nothing is frozen, dispatched or told (R23)."""
        advertiser = self.advertiser(request)
        data = input_of(self.body(request, TaskBody))
        task = drafting.create(advertiser=advertiser, by=advertiser.user, data=data, now=clock.now())
        return Response(shown(task, advertiser=advertiser), status=status.HTTP_201_CREATED)


class TaskView(AdvertiserView):
    """One of them."""

    calls_out = True

    @extend_schema(responses=TaskOut)
    def get(self, request: Request, pk: int) -> Response:
        """One own task."""
        advertiser = self.advertiser(request)
        return Response(shown(_mine(advertiser, pk), advertiser=advertiser))

    @extend_schema(request=TaskBody, responses=TaskOut)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a draft, or a task rejected or lapsed in review; anything else is 409 (R27, R28)."""
        advertiser = self.advertiser(request)
        task = _mine(advertiser, pk)
        data = input_of(self.body(request, TaskBody, partial=True), task=task)
        changed = retrying(lambda: drafting.change(task=task, by=advertiser.user, data=data, now=clock.now()))
        return Response(shown(changed, advertiser=advertiser))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Throw a draft away; anything else is 409."""
        advertiser = self.advertiser(request)
        task = _mine(advertiser, pk)
        try:
            retrying(lambda: drafting.delete(task=task, by=advertiser.user))
        except Task.DoesNotExist as error:  # somebody else just did
            raise Http404 from error
        return Response(status=status.HTTP_204_NO_CONTENT)


class TaskSubmitView(AdvertiserView):
    """提交审核."""

    calls_out = True
    moves_money = True

    @extend_schema(request=SubmitBody, responses={200: TaskOut})
    def post(self, request: Request, pk: int) -> Response:
        """Submit: every broken rule at once, each at its field and selection; the money is held (R24)."""
        advertiser = self.advertiser(request)
        task = _mine(advertiser, pk)
        agreed = self.body(request, SubmitBody).get("price_agreed")
        sent = retrying(lambda: review.submit(task=task, by=advertiser.user, now=clock.now(), price_agreed=agreed))
        return Response(shown(sent.task, advertiser=advertiser))


_MINE: Final = Rows(
    lambda advertiser, task: Task.objects.visible_to(advertiser).select_related("advertiser__user").filter(pk=task)
)


def _mine(advertiser: Advertiser, pk: int) -> Task:
    """One own task; 404 for whatever is not there or not the caller's."""
    task = _MINE.first(advertiser=advertiser.pk, task=pk)
    if task is None:
        raise Http404
    return task
