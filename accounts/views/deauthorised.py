"""Weibo tells that a user took the authorisation back (weibo.md 2, R12)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import profiles
from weitask import clock


@csrf_exempt
@require_http_methods(["GET", "POST"])
def deauthorised(request: HttpRequest) -> HttpResponse:
    """Believe nothing: the call is not signed, so it only makes us ask Weibo about the token soon."""
    sent = {**request.GET.dict(), **request.POST.dict()}
    ours = constant_time_compare(str(sent.get("source", "")), settings.WEIBO_APP_KEY)
    uid = str(sent.get("uid", ""))
    if not ours or not (uid.isascii() and uid.isdigit()):
        return HttpResponse(status=400)
    profiles.look_again(uid=uid, now=clock.now())
    return HttpResponse("ok", content_type="text/plain")
