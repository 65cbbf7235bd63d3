"""A circuit breaker: while a provider is down, stop knocking (faults F50).

Only calls that never reached a sensible answer count. An open breaker refuses before anything is sent, so its
error is always `TemporaryError`; after `seconds` one trial call is let through and decides.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from weitask.gateways.errors import Cause, TemporaryError


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """Open after `failures` failed calls in a row (0: never), for `seconds`."""

    failures: int = 20
    seconds: float = 15.0


DEFAULT_LIMITS = BreakerLimits()


class Breaker:
    """Thread-safe. `clock` answers seconds that only grow; it is asked only when it matters, as it may cost a query."""

    def __init__(self, *, limits: BreakerLimits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._failed = 0
        self._open_until: float | None = None

    def admit(self, *, clock: Callable[[], float]) -> None:
        """Let a call through, or raise `TemporaryError` with the seconds left."""
        with self._lock:
            if self._open_until is None:
                return
            moment = clock()
            left = self._open_until - moment
            if left <= 0:
                # This caller is the trial; the others wait for its verdict.
                self._open_until = moment + self._limits.seconds
                return
        raise TemporaryError(
            code="breaker",
            message="the provider has not answered for a while",
            cause=Cause.NETWORK.value,
            retry_after=left,
        )

    def succeeded(self) -> None:
        """The provider gave a sensible answer, be it a refusal."""
        with self._lock:
            self._failed = 0
            self._open_until = None

    def failed(self, *, clock: Callable[[], float]) -> None:
        """No answer, a server error or nonsense."""
        with self._lock:
            self._failed += 1
            if self._limits.failures and self._failed >= self._limits.failures:
                self._open_until = clock() + self._limits.seconds
