"""One HTTP exchange with a provider: no retries, no redirects, no proxy, bounded in time and size.

Whether the request began to be written is observed on the wire (httpcore's trace hook), not guessed from the
kind of exception: before that moment a failure is temporary, after it a write is unknown (architecture 5).
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from weitask.gateways.breaker import DEFAULT_LIMITS, Breaker, BreakerLimits
from weitask.gateways.errors import Cause, Effect, TemporaryError, uncertain

MAX_ANSWER_BYTES = 5 * 1024 * 1024
CONNECT_SECONDS = 5.0
NOW_HEADER = "X-Weitask-Now"
_WRITING = "send_request_headers.started"


@dataclass(frozen=True, slots=True)
class Call:
    """What to send. `deadline`: a `time.monotonic()` value after which nothing may be written any more."""

    method: str
    url: str
    effect: Effect
    query: Mapping[str, str | list[str]] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    files: Mapping[str, tuple[str, bytes, str]] | None = field(default=None, repr=False)
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body; `retry_after` in seconds when the provider sent that header."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None


class _Clients:
    """An HTTP client for each thread, with a kept-alive connection of its own.

    A pool that threads share looks through all its connections, one system call each, under one lock at every request:
    with 32 threads, two thirds of their time went into waiting for it.
    """

    def __init__(self, *, timeout: float) -> None:
        self._timeout = httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout))
        self._trust = httpx.create_ssl_context(trust_env=False)  # read once: it takes longer than a call
        self._mine = threading.local()
        self._all: weakref.WeakSet[httpx.Client] = weakref.WeakSet()
        self._adding = threading.Lock()

    def mine(self) -> httpx.Client:
        """The calling thread's."""
        held: _Held | None = getattr(self._mine, "held", None)
        if held is None or held.client.is_closed:
            held = self._mine.held = _Held(self._new())
            weakref.finalize(held, held.client.close)  # with the thread that holds it
            with self._adding:
                self._all.add(held.client)
        return held.client

    def close(self) -> None:
        """Close every thread's connection."""
        with self._adding:
            clients = list(self._all)
        for client in clients:
            client.close()

    def _new(self) -> httpx.Client:
        return httpx.Client(
            timeout=self._timeout,
            verify=self._trust,
            limits=httpx.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=5.0),
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": "weitask", "Accept": "*/*", "Accept-Encoding": "identity"},
        )


class _Held:
    """What a thread keeps: gone when the thread is."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client


class Transport:
    """Kept-alive connections, one a thread. `now` set: requests carry business time (spec 8)."""

    def __init__(
        self, *, timeout: float, now: Callable[[], datetime] | None, limits: BreakerLimits = DEFAULT_LIMITS
    ) -> None:
        self._timeout = timeout
        self._now = now
        self._breaker = Breaker(limits=limits)
        self._clients = _Clients(timeout=timeout)

    def close(self) -> None:
        """Close every connection."""
        self._clients.close()

    def pinned(self, now: datetime) -> Transport:
        """The same connections and breaker, stamping `now`; unchanged when no business time is sent."""
        if self._now is None:
            return self
        twin = object.__new__(Transport)
        twin.__dict__.update(self.__dict__)
        twin._now = lambda: now
        return twin

    def send(self, call: Call) -> Answer:
        """Make the call once. Raises `TemporaryError` or `UnknownError`; a complete answer is returned."""
        wire = _Wire(deadline=call.deadline)
        stamp = self._stamp()
        self._breaker.admit(clock=self._clock)
        try:
            return self._exchange(call, wire=wire, stamp=stamp)
        except httpx.TimeoutException as error:
            raise self._failure(call, wire, code="timeout", error=error) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._failure(call, wire, code="connection", error=error) from error

    def judge(self, *, healthy: bool) -> None:
        """Tell the breaker whether the last answer made sense."""
        if healthy:
            self._breaker.succeeded()
        else:
            self._breaker.failed(clock=self._clock)

    def _clock(self) -> float:
        """The breaker's seconds: business time where that is moved by hand, else the machine's."""
        return time.monotonic() if self._now is None else self._now().timestamp()

    def _stamp(self) -> dict[str, str]:
        return {} if self._now is None else {NOW_HEADER: self._now().isoformat()}

    def _exchange(self, call: Call, *, wire: _Wire, stamp: dict[str, str]) -> Answer:
        client = self._clients.mine()
        request = client.build_request(
            call.method,
            call.url,
            params=call.query,
            data=call.form,
            files=call.files,
            content=call.body,
            headers=stamp | _content_type(call),
            extensions={"trace": wire.trace},
        )
        until = time.monotonic() + self._timeout
        response = client.send(request, stream=True)
        try:
            body = self._body(call, response, until=until)
        finally:
            response.close()
        return Answer(response.status_code, body, _retry_after(response.headers.get("Retry-After")))

    def _body(self, call: Call, response: httpx.Response, *, until: float) -> bytes:
        """Read the body, but never more than 5 MB and never past the time-out of the whole call."""
        chunks = bytearray()
        # Raw, not decoded: a small compressed answer must not unfold into gigabytes.
        for chunk in response.iter_raw():
            chunks += chunk
            if len(chunks) > MAX_ANSWER_BYTES:
                self._breaker.failed(clock=self._clock)
                raise uncertain(effect=call.effect, code="too_large", message="answer over 5 MB cut off")
            if time.monotonic() > until:
                raise httpx.ReadTimeout("answer still coming after the time-out", request=response.request)
        return bytes(chunks)

    def _failure(self, call: Call, wire: _Wire, *, code: str, error: Exception) -> Exception:
        self._breaker.failed(clock=self._clock)
        # The class name is enough for an operator; the text of an error may quote a URL with a token in it.
        reason = type(error).__name__
        if wire.began:
            return uncertain(effect=call.effect, code=code, message=reason)
        return TemporaryError(code=code, message=reason, cause=Cause.NETWORK.value)


class _Wire:
    """Watches one request: did writing begin, and was it still allowed to?"""

    def __init__(self, *, deadline: float | None) -> None:
        self.began = False
        self._deadline = deadline

    def trace(self, name: str, info: Mapping[str, object]) -> None:
        """httpcore calls this at each step; the step before the first byte is the last chance to refuse."""
        if not name.endswith(_WRITING):
            return
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise TemporaryError(code="deadline", message="too late to send", cause=Cause.NETWORK.value)
        self.began = True


class _WithoutQuery(logging.Filter):
    """httpx logs the full URL of each request, and Weibo takes tokens in the query: keep the path only."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_pathless(value) for value in record.args)
        return True


def _pathless(value: object) -> object:
    return value.copy_with(query=None) if isinstance(value, httpx.URL) else value


def _content_type(call: Call) -> dict[str, str]:
    if call.body is None:
        return {}
    return {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def _retry_after(value: str | None) -> float | None:
    return float(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else None


logging.getLogger("httpx").addFilter(_WithoutQuery())
