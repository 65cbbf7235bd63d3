"""The workbook of a task's results: at once when small, else by a worker while the page shows how far it is (R89)."""

from io import BytesIO
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts import workspace
from accounts.workspace import advertiser_required
from orders import exports, results, workbook
from orders.models import Export
from tasks.models import Task
from weitask import clock
from weitask.xlsx import MEDIA_TYPE


@advertiser_required
@require_GET
def task_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself, or the page of the export that makes it."""
    active = workspace.active(request)
    if active.advertiser is None:
        raise Http404
    task = get_object_or_404(Task.objects.visible_to(active.advertiser), pk=pk)
    if exports.is_small(task):
        return _file(task, BytesIO(workbook.of_task(results.report(task))))
    export = exports.ask(task=task, by=active.advertiser.user, now=clock.now())
    return HttpResponseRedirect(reverse("export", args=[export.pk]))


@advertiser_required
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one's own export is; fetched again by htmx until it is ready."""
    context = {"export": _own(request, pk), "kept_days": exports.KEPT.days}
    template = "orders/_export.html" if request.htmx else "orders/export.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@advertiser_required
@require_GET
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file of one's own export; a stranger gets 404."""
    found = _own(request, pk)
    if not found.file:
        raise Http404
    return _file(found.task, found.file.open("rb"))


def _file(task: Task, content: IO[bytes]) -> FileResponse:
    return FileResponse(content, as_attachment=True, filename=exports.filename(task), content_type=MEDIA_TYPE)


def _own(request: HttpRequest, pk: int) -> Export:
    mine = Export.objects.filter(by=workspace.active(request).user)
    return get_object_or_404(mine.select_related("task"), pk=pk)
