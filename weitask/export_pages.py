"""The page of an export: how far it is, and its file, for who asked for it and for nobody else (R89)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from weitask import clock, exports
from weitask.exports import Asked, Kind
from weitask.models import Export
from weitask.refusal import Refusal
from weitask.xlsx import MEDIA_TYPE, MOST_ROWS


def lead(request: HttpRequest, *, kind: Kind, asked: Asked, rows: int = 0) -> HttpResponseRedirect:
    """On to the page of the export; back to where it was asked for, with the reason, when it cannot be had."""
    try:
        export = exports.ask(kind=kind, asked=asked, by=request.user, now=clock.now(), rows=rows)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(kind.source(asked).page)
    return HttpResponseRedirect(reverse(kind.page, args=[export.pk]))


@login_required
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one's own export is; fetched again by htmx until it is ready."""
    template = "weitask/_export.html" if request.htmx else "weitask/export.html"  # type: ignore[attr-defined]
    return render(request, template, context(own(request, pk, page="export")))


@login_required
@require_GET
def file(request: HttpRequest, pk: int) -> FileResponse:
    """The file of one's own export; a stranger gets 404."""
    return download(own(request, pk, page="export"))


def own(request: HttpRequest, pk: int, *, page: str) -> Export:
    """An export that this person asked for, of a kind that is shown on this page."""
    found = get_object_or_404(Export, by=request.user, pk=pk)
    if exports.kind_of(found).page != page:
        raise Http404
    return found


def context(export: Export) -> dict[str, Any]:
    """What the page says."""
    kind = exports.kind_of(export)
    return {
        "export": export,
        "source": kind.source(export.asked),
        "page_address": reverse(kind.page, args=[export.pk]),
        "file_address": reverse(f"{kind.page}_file", args=[export.pk]),
        "kept_days": exports.KEPT.days,
        "most_rows": f"{MOST_ROWS:,}" if export.done >= MOST_ROWS else None,
    }


def download(export: Export) -> FileResponse:
    """The file; 404 while there is none."""
    if not export.file:
        raise Http404
    name = exports.kind_of(export).filename(export.asked)
    return FileResponse(export.file.open("rb"), as_attachment=True, filename=name, content_type=MEDIA_TYPE)
