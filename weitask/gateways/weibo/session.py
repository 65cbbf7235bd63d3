"""One Weibo call: send it, and read the answer by `error_code` first, HTTP status second (weibo.md sections 1, 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from weitask.gateways import reading
from weitask.gateways.errors import Effect, GatewayError, TemporaryError, uncertain
from weitask.gateways.reading import Malformed
from weitask.gateways.transport import Answer, Call, Transport
from weitask.gateways.weibo.codes import UNHEALTHY, rule_for
from weitask.gateways.weibo.config import WeiboConfig

_MAX_TEXT = 200
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Ask:
    """One call. `token` is an account's, or the platform's own."""

    url: str
    effect: Effect = Effect.READ
    token: str = field(default="", repr=False)
    query: Mapping[str, str | list[str]] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    files: Mapping[str, tuple[str, bytes, str]] | None = field(default=None, repr=False)
    deadline: float | None = None


class Session:
    """The connections to Weibo and who we are there."""

    def __init__(self, config: WeiboConfig, transport: Transport | None = None) -> None:
        self.config = config
        self._transport = transport or Transport(timeout=config.timeout, now=config.now, limits=config.breaker)

    def pinned(self, now: datetime) -> Session:
        """The same connections, stamping `now` where business time is sent."""
        return Session(self.config, self._transport.pinned(now))

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def ask(self, ask: Ask, parse: Callable[[object], Result]) -> Result:
        """Make the call and parse its answer. Raises nothing but the error family."""
        answer = self._transport.send(_call(ask))
        try:
            result = parse(self._payload(ask, answer))
        except Malformed as problem:
            self._transport.judge(healthy=False)
            raise uncertain(effect=ask.effect, code="bad_json", message=str(problem)) from None
        except GatewayError as error:
            self._transport.judge(healthy=not _is_down(error.code))
            raise
        self._transport.judge(healthy=True)
        return result

    def _payload(self, ask: Ask, answer: Answer) -> object:
        """The JSON of a success; raises the error it stands for otherwise."""
        try:
            payload = reading.parse_json(answer.body)
        except Malformed:
            if answer.status == 200:
                raise
            payload = None
        if isinstance(payload, dict) and payload.get("error_code") is not None:
            raise self._refusal(ask, answer, payload)
        if answer.status != 200:
            raise uncertain(effect=ask.effect, code=f"http_{answer.status}")
        return payload

    def _refusal(self, ask: Ask, answer: Answer, payload: dict[str, object]) -> GatewayError:
        """The error of a body as in section 8."""
        code, text = reading.number(payload, "error_code"), reading.text(payload, "error")
        rule = rule_for(code=code, text=text, own_token=ask.token not in ("", self.config.platform_token))
        shown = text.replace(ask.token, "…") if ask.token else text
        error = rule.error(effect=ask.effect, code=str(code), message=shown[:_MAX_TEXT])
        if isinstance(error, TemporaryError):
            error.retry_after = answer.retry_after
        return error


def _call(ask: Ask) -> Call:
    """The token goes into the query of a GET and the body of a POST (section 1)."""
    token = {"access_token": ask.token} if ask.token else {}
    if ask.form is None:
        return Call("GET", ask.url, ask.effect, query={**token, **(ask.query or {})})
    return Call(
        "POST",
        ask.url,
        ask.effect,
        query=ask.query,
        form={**token, **ask.form},
        files=ask.files,
        deadline=ask.deadline,
    )


def _is_down(code: str) -> bool:
    return code.startswith("http_5") or (code.isdigit() and int(code) in UNHEALTHY)
