"""tasks/{id}/report.xlsx: the results as a workbook (R89)."""

from typing import Final

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.roles import AdvertiserView
from orders import exports, results, workbook
from tasks.models import Task
from weitask import clock
from weitask.xlsx import MEDIA_TYPE

AGAIN: Final = "2"  # seconds


class ExportOut(serializers.Serializer):
    """A workbook under way: `done` of `rows` are written. Ask again; within ten minutes the same one is meant."""

    rows = serializers.IntegerField()
    done = serializers.IntegerField()


class WorkbookRenderer(JSONRenderer):
    """Lets a caller say that it wants a workbook; an answer that is none is JSON all the same."""

    media_type = MEDIA_TYPE
    format = "xlsx"


class TaskWorkbookView(AdvertiserView):
    """Results of one's own task for Excel."""

    renderer_classes = [JSONRenderer, WorkbookRenderer]

    @extend_schema(responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY, 202: ExportOut})
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """Every order with its spread, and the totals (R89); past 5,000 orders 202 until a worker has made it."""
        advertiser = self.advertiser(request)
        task = self.found(Task.objects.visible_to(advertiser), pk=pk)
        name = exports.filename(task.pk)
        if exports.is_small(task):
            answer = HttpResponse(workbook.of_task(results.report(task)), content_type=MEDIA_TYPE)
            answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
            return answer
        export = exports.ask(task=task, by=advertiser.user, now=clock.now())
        if export.file:
            return FileResponse(export.file.open("rb"), as_attachment=True, filename=name, content_type=MEDIA_TYPE)
        later = Response(ExportOut(export).data, status=status.HTTP_202_ACCEPTED, content_type="application/json")
        later["Retry-After"] = AGAIN
        return later
