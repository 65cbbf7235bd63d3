"""The address Sina Pay sends its notifications to (sinapay.md 8): a form with a signature, never a session."""

import hashlib
import logging
from datetime import datetime
from functools import partial
from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import notifications
from weitask import clock
from weitask.gateways.sinapay import ForgedNotification
from weitask.models import SecurityEvent
from weitask.retrying import retrying
from weitask.visitor import ip_of

logger = logging.getLogger(__name__)

MAX_BODY: Final = 64 * 1024
_TYPE: Final = "text/plain; charset=utf-8"


@csrf_exempt
@require_POST
def notify(request: HttpRequest) -> HttpResponse:
    """`success` after the commit, `fail` when it must come again, 400 `sign error` for everything forged (F24)."""
    now = clock.now()
    try:
        answer = retrying(partial(notifications.receive, body=_body(request), now=now))
    except ForgedNotification as forged:
        _remember(request, forged, now=now)
        return HttpResponse("sign error", status=400, content_type=_TYPE)
    except DatabaseError:
        logger.exception("a notification could not be stored")
        return HttpResponse(notifications.FAIL, status=503, content_type=_TYPE)
    return HttpResponse(answer, content_type=_TYPE)


def _body(request: HttpRequest) -> bytes:
    """The raw body, which is what was signed; one that says it is over 64 KB is not read at all."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY:
        raise ForgedNotification("size")
    return request.body


def _remember(request: HttpRequest, forged: ForgedNotification, *, now: datetime) -> None:
    """A security event with a fingerprint, not the content: a stranger must not fill our tables with text."""
    detail = {"reason": forged.reason, "length": request.META.get("CONTENT_LENGTH", "")[:10]}
    if forged.reason != "size":
        detail["sha256"] = hashlib.sha256(request.body).hexdigest()
    SecurityEvent.objects.create(kind=SecurityEvent.Kind.FORGED_NOTIFICATION, at=now, ip=ip_of(request), detail=detail)
    logger.warning("forged Sina Pay notification: %s", forged.reason)
