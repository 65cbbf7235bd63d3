"""Every error of the API as RFC 9457 problem+json (spec 7)."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from weitask.refusal import Refusal
from weitask.retrying import RETRY_STATES

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: gettext_noop("请求有误"),
    401: gettext_noop("请先登录"),
    403: gettext_noop("没有权限"),
    404: gettext_noop("没有找到"),
    405: gettext_noop("不支持的方法"),
    406: gettext_noop("不支持的格式"),
    409: gettext_noop("状态冲突"),
    415: gettext_noop("不支持的内容类型"),
    429: gettext_noop("请求过于频繁"),
    503: gettext_noop("暂时不可用"),
}


class ProblemRenderer(JSONRenderer):
    """JSON under the problem media type."""

    media_type = MEDIA_TYPE


def problem(*, code: str, http_status: int, detail: str, **extra: Any) -> Response:
    """One problem document: `type` is a stable slug, `title` names the class, `detail` says what to do."""
    title = _(TITLES.get(http_status, TITLES[400]))
    body = {"type": code, "title": title, "status": http_status, "detail": detail, **extra}
    answer = Response(body, status=http_status, content_type=MEDIA_TYPE)
    answer["Cache-Control"] = "no-store"
    return answer


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: refusals of the domain, errors of DRF and lost races; anything else stays a 500."""
    if isinstance(error, Refusal):
        set_rollback()
        return _refused(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        set_rollback()
        return _of_framework(error)
    if isinstance(error, DatabaseError) and getattr(error.__cause__, "pgcode", None) in RETRY_STATES:
        set_rollback()
        return problem(code="busy", http_status=status.HTTP_503_SERVICE_UNAVAILABLE, detail=_("系统繁忙，请稍后重试"))
    return None


def _refused(error: Refusal) -> Response:
    first = error.problems[0]
    extra: dict[str, Any] = {"problems": [each.as_dict() for each in error.problems]}
    fields: dict[str, list[str]] = {}
    for each in error.problems:
        if each.field:
            name = each.field if each.row is None else f"selections[{each.row}].{each.field}"
            fields.setdefault(name, []).append(each.message)
    if fields:
        extra["fields"] = fields
    return problem(code=first.code, http_status=error.status, detail=first.message, **extra)


def _flat(detail: Any, name: str = "") -> Iterator[tuple[str, list[str]]]:
    """Nested errors under the names a refusal uses: `selections[1].text`."""
    if isinstance(detail, dict):
        for key, part in detail.items():
            inner = f"{name}[{key}]" if isinstance(key, int) else f"{name}.{key}" if name else str(key)
            yield from _flat(part, inner)
    elif isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        for index, part in enumerate(detail):
            yield from _flat(part, f"{name}[{index}]")
    elif detail:
        yield name or "non_field_errors", [str(part) for part in (detail if isinstance(detail, list) else [detail])]


def _of_framework(error: exceptions.APIException) -> Response:
    extra: dict[str, Any] = {}
    detail = error.detail
    if isinstance(error, exceptions.ValidationError):
        extra["fields"] = dict(_flat(detail))
        text = _("请检查标出的字段")
        code = "invalid"
    else:
        text, code = str(detail), str(getattr(detail, "code", error.default_code)).replace("_", "-")
    answer = problem(code=code, http_status=error.status_code, detail=text, **extra)
    if header := getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        answer["Retry-After"] = str(int(wait) + 1)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400` of the site."""
    plain = _plain(request, 400, "bad-request", _("请求有误"))
    return plain or defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404` of the site: a problem document below /api/, a page elsewhere."""
    plain = _plain(request, 404, "not-found", _("没有这个地址；所有地址都以 / 结尾"))
    return plain or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500` of the site."""
    plain = _plain(request, 500, "server-error", _("服务器出错，已记录，请稍后重试"))
    return plain or defaults.server_error(request)


def _plain(request: HttpRequest, http_status: int, code: str, detail: str) -> HttpResponse | None:
    """A problem document without the framework's views, below /api/ only."""
    if not request.path_info.startswith("/api/"):
        return None
    title = _(TITLES.get(http_status, TITLES[400]))
    body = {"type": code, "title": title, "status": http_status, "detail": detail}
    answer = JsonResponse(body, status=http_status, content_type=MEDIA_TYPE)
    answer["Cache-Control"] = "no-store"
    return answer
