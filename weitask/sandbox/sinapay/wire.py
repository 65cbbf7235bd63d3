"""Envelope of requests and answers, amounts and times on the wire (sinapay.md 1, 2, 5)."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_plus

from django.conf import settings
from django.db.models import Count, QuerySet, Window
from django.http import HttpRequest, HttpResponse

from weitask.sandbox import clock, switches
from weitask.sandbox.sinapay import signing
from weitask.sandbox.sinapay.errors import SinaPayError

_NEEDED = ("service", "version", "request_time", "partner_id", "_input_charset", "sign", "sign_type")
_NUMBER = re.compile(r"[A-Za-z0-9_]{1,32}")
_AMOUNT = re.compile(r"\d{1,12}\.\d{2}")
_STAMP = "%Y%m%d%H%M%S"
_MOST_ROWS = 100

Fields = dict[str, str]


def parse(request: HttpRequest) -> Fields:
    """The values of a request. They are encoded twice: the form parser undoes one, this the other."""
    if request.method != "POST":
        raise SinaPayError("REQUEST_METHOD_NOT_VALIDATE")
    try:
        pairs = parse_qsl(request.body.decode("ascii"), keep_blank_values=True)
    except UnicodeDecodeError:
        raise SinaPayError("ILLEGAL_ARGUMENT", "请求未编码") from None
    fields = {key: unquote_plus(value).strip() for key, value in pairs}
    if len(fields) != len(pairs):
        raise SinaPayError("ILLEGAL_ARGUMENT", "参数重复")
    return fields


def check(fields: Fields, *, now: datetime) -> None:
    """Envelope, partner, signature and age of a request."""
    need(fields, *_NEEDED)
    if fields["partner_id"] != settings.SANDBOX_PARTNER_ID:
        raise SinaPayError("PARTNER_ID_NOT_EXIST")
    if fields["_input_charset"].lower() != "utf-8":
        raise SinaPayError("ILLEGAL_ARGUMENT", "不支持的字符集")
    signing.check(fields)
    asked_at = moment(fields["request_time"])
    if asked_at < now - timedelta(seconds=switches.get("request_window")):
        raise SinaPayError("REQUEST_EXPIRED")


def need(fields: Fields, *names: str) -> None:
    """SinaPayError ILLEGAL_ARGUMENT naming the first parameter that is missing."""
    for name in names:
        if not fields.get(name):
            raise SinaPayError("ILLEGAL_ARGUMENT", f"{name}不能为空")


def answer(request_fields: Mapping[str, str], own: Mapping[str, str], *, now: datetime) -> Fields:
    """The signed answer to a request; `own` are the fields of the service or of the refusal."""
    body = {
        "response_time": stamp(now),
        "partner_id": settings.SANDBOX_PARTNER_ID,
        "_input_charset": "utf-8",
        "response_code": "APPLY_SUCCESS",
        "response_message": "提交成功",
        "memo": request_fields.get("memo", ""),
        **own,
    }
    body = {key: value for key, value in body.items() if value}
    if body["response_code"] != "APPLY_SUCCESS" and switches.get("unsigned_errors"):
        return body
    return {**body, "sign": signing.sign(body), "sign_type": "RSA", "sign_version": "1.0"}


def encode(body: Mapping[str, str]) -> HttpResponse:
    """A flat JSON object, URL-encoded as a whole."""
    text = quote_plus(json.dumps(body, ensure_ascii=False, separators=(",", ":")))
    return HttpResponse(text, content_type="text/html;charset=UTF-8")


def new_number(fields: Fields, name: str) -> str:
    """A merchant's order number: at most 32 of letters, digits and underscore."""
    need(fields, name)
    if not _NUMBER.fullmatch(fields[name]):
        raise SinaPayError("ILLEGAL_ARGUMENT", f"{name}格式不正确")
    return fields[name]


def fen(fields: Fields, name: str = "amount") -> int:
    """An amount in yuan with two places, as fen; above zero."""
    need(fields, name)
    if not _AMOUNT.fullmatch(fields[name]) or not int(fields[name].replace(".", "")):
        raise SinaPayError("ILLEGAL_ARGUMENT", f"{name}格式不正确")
    return int(fields[name].replace(".", ""))


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two places."""
    return f"{'-' if amount_fen < 0 else ''}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def stamp(when: datetime) -> str:
    """`yyyyMMddHHmmss`, Beijing time."""
    return when.astimezone(clock.SHANGHAI).strftime(_STAMP)


def moment(text: str) -> datetime:
    """The moment of a stamp; SinaPayError ILLEGAL_ARGUMENT when it is none."""
    try:
        return datetime.strptime(text, _STAMP).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        raise SinaPayError("ILLEGAL_ARGUMENT", "时间格式不正确") from None


def page(fields: Fields, name: str, rows: QuerySet[Any], row: Callable[[Any], str]) -> Fields:
    """One page of a list, rows joined by `|`; the list is absent when there is nothing (sinapay.md 9)."""
    size, at = _whole(fields, "page_size", 20), _whole(fields, "page_no", 1)
    # Counted by the statement that reads: a row that comes in between would be in one of two answers only.
    counted = rows.annotate(of_all=Window(Count("pk"))).order_by("created_at", "pk")
    found = list(counted[(at - 1) * size : at * size])
    total = found[0].of_all if found else 0 if at == 1 else rows.count()
    body = {"page_no": str(at), "page_size": str(size), "total_item": str(total)}
    return {**body, name: "|".join(map(row, found))} if found else body


def _whole(fields: Fields, name: str, default: int) -> int:
    value = fields.get(name) or str(default)
    if not value.isdigit() or not 1 <= int(value) <= (_MOST_ROWS if name == "page_size" else 10**6):
        raise SinaPayError("ILLEGAL_ARGUMENT", f"{name}不正确")
    return int(value)
