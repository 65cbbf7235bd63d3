"""Business time of the sandbox: the largest moment a client named, else the real clock.

In a rehearsal the remembered moment stands still until the next request names a later one. In a running
demo (`SANDBOX_TICK=1`) it runs on in real time from the moment it was named.
"""

import threading
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from weitask.sandbox import memory

SHANGHAI = ZoneInfo("Asia/Shanghai")
_KEY = "business_now"
_KEEP_EVERY = timedelta(seconds=1)


class _Told:
    """The largest moment heard so far; guarded by `lock`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.moment: datetime | None = None
        self.heard_at = 0.0
        self.kept: datetime | None = None


_told = _Told()


def now() -> datetime:
    """The current business time, aware, UTC."""
    moment = _told.moment
    if moment is None:
        return datetime.now(UTC)
    if settings.SANDBOX_TICK:
        return moment + timedelta(seconds=time.monotonic() - _told.heard_at)
    return moment


def hear(stamp: str | None) -> None:
    """Take the moment of an `X-Weitask-Now` header (ISO 8601 with offset); nonsense and the past change nothing."""
    moment = parse(stamp)
    if moment is None:
        return
    with _told.lock:
        if _told.moment is not None and moment <= now():
            return
        _told.moment, _told.heard_at = moment, time.monotonic()
        if _told.kept is not None and moment - _told.kept < _KEEP_EVERY:
            return
        _told.kept = moment
    memory.keep(_KEY, moment.isoformat())


def parse(stamp: str | None) -> datetime | None:
    """An aware UTC moment, or None when the text is not one."""
    if not stamp:
        return None
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def load() -> None:
    """Recall the moment known before a restart."""
    with _told.lock:
        _told.moment = _told.kept = parse(memory.recall(_KEY))
        _told.heard_at = time.monotonic()


def forget() -> None:
    """Go back to the real clock."""
    with _told.lock:
        _told.moment = _told.kept = None


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in Shanghai time, or None."""
    return moment.astimezone(SHANGHAI).isoformat() if moment else None
