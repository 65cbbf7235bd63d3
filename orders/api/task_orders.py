"""tasks/{id}/orders/ and tasks/{id}/report/ of an advertiser (R33, R66, R88)."""

from typing import Any

from django.utils.translation import override
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.roles import AdvertiserView
from accounts.models import Advertiser
from orders import labels, queries, results
from orders.api.shapes import CHINESE, AdvertisersOrderOut, LabelFilter
from tasks import review
from tasks.api.shapes import AdditionBody, SubmissionOut, selections_of
from tasks.models import Task, TaskState
from weitask import clock
from weitask.rest.fields import MoneyField
from weitask.rest.schema import PAGE_PARAMETERS, paged
from weitask.retrying import retrying


class LabelCountOut(serializers.Serializer):
    """How many orders stand at a label of fulfilment."""

    state = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    orders = serializers.IntegerField()


class TotalsOut(serializers.Serializer):
    """Sums over the task's orders: cost = frozen + charged + released; counts of posted orders only."""

    orders = serializers.IntegerField()
    posted = serializers.IntegerField()
    cost = MoneyField()
    frozen = MoneyField()
    charged = MoneyField()
    released = MoneyField()
    goodwill = MoneyField()
    coverage = serializers.IntegerField()
    reached = serializers.IntegerField()
    reposts = serializers.IntegerField()
    comments = serializers.IntegerField()
    likes = serializers.IntegerField()


class ReportOut(serializers.Serializer):
    """What came of a task so far; its orders are at `orders/`."""

    task = serializers.IntegerField()
    state = serializers.ChoiceField(TaskState.choices)
    totals = TotalsOut()
    by_label = LabelCountOut(many=True)
    review_lapsed = serializers.IntegerField(help_text="Selections whose start passed before they were reviewed")


class TaskOrdersView(AdvertiserView):
    """Orders of one's own task."""

    calls_out = True  # a 转发 source is looked at again
    moves_money = True

    @extend_schema(parameters=[LabelFilter, *PAGE_PARAMETERS], responses=paged(AdvertisersOrderOut))
    def get(self, request: Request, pk: int) -> Response:
        """The task's orders, newest first."""
        advertiser = self.advertiser(request)
        task = self.found(_tasks(advertiser), pk=pk)
        rows: Any = queries.of_advertiser(advertiser).filter(task=task).select_related("account__weibo")
        asked = LabelFilter.read(request.query_params)
        rows = rows.with_label(asked["state"]) if "state" in asked else rows
        return self.listed(request, rows, AdvertisersOrderOut)

    @extend_schema(request=AdditionBody, responses={201: SubmissionOut})
    def post(self, request: Request, pk: int) -> Response:
        """增加订单: reviewed content goes out at once, anything new is reviewed first (A17)."""
        advertiser = self.advertiser(request)
        task = self.found(_tasks(advertiser), pk=pk)
        chosen = selections_of(self.body(request, AdditionBody)["selections"])
        submission = retrying(
            lambda: review.add_orders(task=task, by=advertiser.user, selections=chosen, now=clock.now())
        )
        return Response(SubmissionOut(submission).data, status=status.HTTP_201_CREATED)


class TaskReportView(AdvertiserView):
    """Results of one's own task."""

    @extend_schema(responses=ReportOut)
    def get(self, request: Request, pk: int) -> Response:
        """Totals by label, money and reach (R88)."""
        task = self.found(_tasks(self.advertiser(request)), pk=pk)
        found = results.summary(task)
        with override(CHINESE):
            by_label = [
                {"state": slug, "label": str(labels.BY_SLUG[slug]), "orders": count}
                for slug, count in found.by_label.items()
            ]
        facts = {
            "task": task.pk,
            "state": task.state,
            "totals": found.totals,
            "by_label": by_label,
            "review_lapsed": found.review_lapsed,
        }
        return Response(ReportOut(facts).data)


def _tasks(advertiser: Advertiser) -> Any:
    return Task.objects.visible_to(advertiser).select_related("advertiser__user")
