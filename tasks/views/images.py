"""原发配图: uploading one, and showing it to those who may see the task (F59, spec 5)."""

from typing import Any

from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import access, workspace
from accounts.models import User
from accounts.workspace import advertiser_required
from tasks import images
from tasks.models import Image, Item
from tasks.policy import MAX_IMAGES
from weitask import clock, proof
from weitask.refusal import Refusal


@advertiser_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Store what was chosen; answers the thumbnails, or what is wrong with each file."""
    advertiser = workspace.active(request).advertiser
    assert advertiser is not None  # noqa: S101 [advertiser_required]
    stored: list[Image] = []
    refused: list[dict[str, Any]] = []
    sent = request.FILES.getlist("upload")
    for file in sent[:MAX_IMAGES]:
        try:
            stored.append(images.store(advertiser=advertiser, upload=file, now=clock.now()))
        except Refusal as refusal:
            refused.append({"name": file.name, "why": str(refusal)})
    refused += [{"name": file.name, "why": _("最多 9 张配图")} for file in sent[MAX_IMAGES:]]
    return render(request, "tasks/_images.html", {"images": stored, "refused": refused})


@require_GET
def image(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture itself; a stranger gets 404. The API names this address too, so a token opens it like a session."""
    user = workspace.active(request).user or _of_token(request)
    found = Image.objects.filter(pk=pk).first()
    if user is None or found is None or not _may_see(request, user, found):
        raise Http404
    answer = FileResponse(found.file.open("rb"))
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = "inline"
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


def _of_token(request: HttpRequest) -> User | None:
    try:
        found = TokenAuthentication().authenticate(Request(request))
    except AuthenticationFailed:
        return None
    return found[0] if found else None


def _may_see(request: HttpRequest, user: User, found: Image) -> bool:
    """Its advertiser, a reviewer behind the second step, and the owners who were asked to post it."""
    if found.advertiser.user_id == user.pk or (access.is_reviewer(user) and proof.of_second_step(request)):
        return True
    dispatched = Q(image_ids__contains=[found.pk], order__owner=user)
    return Item.objects.filter(dispatched).exists()
