"""The workbook of a task's results: at once when small, else by a worker while the page shows how far it is (R89)."""

from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.workspace import advertiser_required, own_advertiser
from orders import exports, results, workbook
from tasks.models import Task
from weitask import export_pages
from weitask.xlsx import MEDIA_TYPE


@advertiser_required
@require_GET
def task_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself, or the page of the export that makes it."""
    task = get_object_or_404(Task.objects.visible_to(own_advertiser(request)), pk=pk)
    if not exports.is_small(task):
        return export_pages.lead(request, kind=exports.OF_TASK, asked={"task": pk}, rows=task.orders.count())
    file = BytesIO(workbook.of_task(results.report(task)))
    return FileResponse(file, as_attachment=True, filename=exports.filename(pk), content_type=MEDIA_TYPE)
