"""One call of a Weibo interface: clock, counters, faults, method, token, limits, then the work, then JSON."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from weitask.sandbox import clock, faults, limits, switches, traffic
from weitask.sandbox.weibo import tokens
from weitask.sandbox.weibo.errors import WeiboError

_JSON = "application/json;charset=UTF-8"
_OPEN_WRITES = {"statuses/update", "statuses/upload", "statuses/repost", "statuses/share"}
_NOT_CONTENT = {"access_token", "rip"}


@dataclass(frozen=True)
class Call:
    """A request that passed the gate."""

    request: HttpRequest
    params: QueryDict
    caller: tokens.Caller
    now: datetime
    hidden_for: float

    def need(self, name: str) -> str:
        """A required parameter; WeiboError 10016 without it."""
        value = self.params.get(name, "")
        if not value:
            raise WeiboError(10016, f"Miss required parameter ({name}), see doc for more info!")
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number; WeiboError 10017 for anything else."""
        value = self.params.get(name) or str(default)
        if not value.lstrip("-").isdigit():
            raise WeiboError(10017)
        return int(value)


Handler = Callable[[Call], Any]
View = Callable[[HttpRequest], HttpResponse]


def endpoint(name: str, handler: Handler, *, methods: tuple[str, ...], anyone: bool = False) -> View:
    """The Django view of interface NAME, such as `statuses/repost/biz`; `anyone` may call without a token."""

    def view(request: HttpRequest) -> HttpResponse:
        clock.hear(request.headers.get("X-Weitask-Now"))
        now = clock.now()
        token = tokens.sent_token(request)
        entry = traffic.count("weibo", name, who=_shown(token), at=now)
        fault = faults.draw("weibo", name, _subject(request, token))
        instead = faults.before(fault, request)
        if instead is None:
            answer = _answer(request, _work(name, handler, methods, now, anyone=anyone), fault)
            instead = faults.after(fault, request, answer)
        entry["answer"] = instead.status_code
        return instead

    view.__name__ = name.replace("/", "_")
    return view


def _work(
    name: str, handler: Handler, methods: tuple[str, ...], now: datetime, *, anyone: bool
) -> Callable[[HttpRequest, faults.Fault | None], Any]:
    """The gate and the handler as one function of (request, fault)."""

    def work(request: HttpRequest, fault: faults.Fault | None) -> Any:
        if request.method not in methods:
            raise WeiboError(10021)
        if fault and fault.kind == "error_code" and not fault.after:
            raise _forced(fault)
        caller = tokens.NOBODY if anyone else _admit(name, request, now)
        params = request.POST if request.method == "POST" else request.GET
        hidden_for = (fault.visible_after if fault else 0) or switches.get("visibility_delay")
        result = handler(Call(request, params, caller, now, hidden_for))
        if fault and fault.kind == "error_code":
            raise _forced(fault)
        return result

    return work


def _admit(name: str, request: HttpRequest, now: datetime) -> tokens.Caller:
    """Token, family and limits."""
    biz = name.endswith("/biz")
    caller = tokens.caller_of(tokens.sent_token(request), now=now)
    _check_family(name, biz=biz)
    if name != "account/rate_limit_status":
        limits.charge_call(uid=caller.uid, ip=request.META.get("REMOTE_ADDR", ""), biz=biz, now=now)
    return caller


def _answer(request: HttpRequest, work: Callable[..., Any], fault: faults.Fault | None) -> HttpResponse:
    try:
        result = work(request, fault)
        return result if isinstance(result, HttpResponse) else as_json(result)
    except WeiboError as error:
        return as_json(error.body(request.path), status=error.status)


def as_json(body: Any, *, status: int = 200, content_type: str = _JSON) -> HttpResponse:
    """Compact JSON with real characters."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type=content_type)


def _forced(fault: faults.Fault) -> WeiboError:
    return WeiboError(int(fault.error_code), fault.error)


def _check_family(name: str, *, biz: bool) -> None:
    """10014 for the family of publishing calls that is switched off (weibo.md 4)."""
    closed = switches.get("closed_family")
    if (closed == "open" and name in _OPEN_WRITES) or (closed == "biz" and biz):
        raise WeiboError(10014)


def _shown(token: str) -> str:
    """Enough of a token to tell callers apart in the log."""
    return token[:10]


def _subject(request: HttpRequest, token: str) -> str:
    """What a request is about, without what differs from run to run: the user instead of the token."""
    if not faults.rules():
        return ""
    params = {**request.GET.dict(), **request.POST.dict()}
    kept = sorted((key, value) for key, value in params.items() if key not in _NOT_CONTENT)
    try:
        uid = tokens.caller_of(token, now=clock.now()).uid
    except WeiboError:
        uid = ""
    return json.dumps([uid, kept], ensure_ascii=False)
