"""Injected misbehaviour (spec 8): which fault a request draws, and how it shows on the wire.

Kinds: `http_500` (any `http_5xx`), `error_code`, `bad_json`, `slow`, `timeout_before`, `timeout_after`,
`refuse` (closed before the work), `drop` (work done, then closed), and for Sina Pay `bad_sign` and `unsigned`.
`after: true` makes `http_500` and `error_code` do the work first; `visible_after` hides the new post from reads.
"""

import hashlib
import itertools
import re
import socket
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse

_KINDS = re.compile(r"http_5\d\d|error_code|bad_json|slow|timeout_before|timeout_after|refuse|drop|bad_sign|unsigned")
_DONE_FIRST = {"timeout_after", "drop", "bad_json", "slow", "bad_sign", "unsigned"}
_SECONDS = {"timeout_before": 20.0, "timeout_after": 20.0, "slow": 2.0}
_LONGEST = 60.0


@dataclass
class Fault:
    """One rule: the next TIMES matching requests misbehave. `times` None means until cleared."""

    id: int
    target: str
    kind: str
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 0.0
    error_code: str = ""
    error: str = ""
    after: bool = False
    visible_after: float = 0.0
    seed: str = ""
    hits: int = 0
    seen: dict[str, int] = field(default_factory=dict, repr=False)

    def matches(self, provider: str, name: str) -> bool:
        """Whether the rule speaks of this request; `name` is a Weibo path without .json or a Sina service."""
        short = name.removesuffix("/biz")
        return self.target in {"*", provider, name, short}

    def chosen(self, subject: str) -> bool:
        """Draw by content, not by arrival, so that a seeded run meets the same faults whatever its threads do."""
        nth = self.seen[subject] = self.seen.get(subject, 0) + 1
        digest = hashlib.blake2b(f"{self.seed}|{self.target}|{subject}|{nth}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64 < self.probability

    def as_json(self) -> dict[str, Any]:
        """What the control interface lists."""
        shown = asdict(self)
        del shown["seen"]
        return shown


class _Book:
    """All rules; `changed` also wakes those who sleep in a fault when the rules are cleared."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.rules: list[Fault] = []
        self.generation = 0
        self.abandoned = 0
        self.ids = itertools.count(1)


_book = _Book()


def add(wish: dict[str, Any]) -> Fault:
    """A new rule from the body of `POST /_control/faults/`; ValueError says what is wrong with it."""
    known = {
        "target",
        "kind",
        "times",
        "probability",
        "seconds",
        "error_code",
        "error",
        "after",
        "visible_after",
        "seed",
    }
    if strange := set(wish) - known:
        raise ValueError(f"unknown field: {', '.join(sorted(strange))}")
    kind, target = str(wish.get("kind", "")), str(wish.get("target", ""))
    if not target or not _KINDS.fullmatch(kind):
        raise ValueError("target and a known kind are needed")
    if kind == "error_code" and not wish.get("error_code"):
        raise ValueError("error_code is needed")
    fault = Fault(
        id=next(_book.ids),
        target=target.removeprefix("/2/").removesuffix(".json"),
        kind=kind,
        times=None if wish.get("times", 1) is None else int(wish.get("times", 1)),
        probability=float(wish.get("probability", 1.0)),
        seconds=min(float(wish.get("seconds", _SECONDS.get(kind, 0.0))), _LONGEST),
        error_code=str(wish.get("error_code", "")),
        error=str(wish.get("error", "")),
        after=bool(wish.get("after", kind in _DONE_FIRST)),
        visible_after=float(wish.get("visible_after", 0.0)),
        seed=str(wish.get("seed", "")),
    )
    with _book.changed:
        _book.rules.append(fault)
    return fault


def rules() -> list[Fault]:
    """The rules that may still strike, oldest first."""
    return list(_book.rules)


def clear(*, abandon: bool = False) -> None:
    """Forget every rule and wake everyone who sleeps in one; ABANDON makes them give up instead of going on."""
    with _book.changed:
        _book.rules.clear()
        _book.generation += 1
        _book.abandoned = _book.generation if abandon else _book.abandoned
        _book.changed.notify_all()


def draw(provider: str, name: str, subject: str) -> Fault | None:
    """The rule that strikes this request, used up by one; None for good weather."""
    if not _book.rules:
        return None
    with _book.changed:
        for fault in _book.rules:
            if fault.matches(provider, name) and fault.chosen(subject):
                fault.hits += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        _book.rules.remove(fault)
                return fault
    return None


def before(fault: Fault | None, request: HttpRequest) -> HttpResponse | None:
    """What the fault does instead of the work; None lets the work be done."""
    if fault is None:
        return None
    if fault.kind == "slow" and not _sleep(fault.seconds):
        return hang_up(request)
    if fault.kind == "timeout_before":
        _sleep(fault.seconds)
        return hang_up(request)
    if fault.kind == "refuse":
        return hang_up(request)
    if fault.kind.startswith("http_") and not fault.after:
        return _server_error(fault)
    return None


def after(fault: Fault | None, request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What the fault does to the answer of work that was done."""
    if fault is None:
        return response
    if fault.kind == "timeout_after":
        _sleep(fault.seconds)
        return hang_up(request)
    if fault.kind == "drop":
        return hang_up(request)
    if fault.kind.startswith("http_"):
        return _server_error(fault)
    if fault.kind == "bad_json":
        response.content = response.content[: max(1, len(response.content) // 2)]
    return response


def hang_up(request: HttpRequest) -> HttpResponse:
    """Close the connection without an answer. What is returned is written into a closed socket."""
    connection: socket.socket | None = request.META.get("gunicorn.socket")
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return HttpResponse(status=502)


def _server_error(fault: Fault) -> HttpResponse:
    """The HTML of an overloaded front end, not JSON."""
    status = int(fault.kind.removeprefix("http_"))
    return HttpResponse(f"<html><body><h1>{status} Server Error</h1></body></html>", status=status)


def _sleep(seconds: float) -> bool:
    """Real seconds, cut short when the rules are cleared; False when the work must not be done any more."""
    until = time.monotonic() + seconds
    with _book.changed:
        began = _book.generation
        while _book.generation == began and (left := until - time.monotonic()) > 0:
            _book.changed.wait(left)
        return _book.abandoned <= began
