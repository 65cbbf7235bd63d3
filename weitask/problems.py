"""Every error of the API as RFC 9457 problem+json (spec 7)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
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


def _of_framework(error: exceptions.APIException) -> Response:
    extra: dict[str, Any] = {}
    detail = error.detail
    if isinstance(error, exceptions.ValidationError):
        fields = detail if isinstance(detail, dict) else {"non_field_errors": detail}
        extra["fields"] = fields
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
