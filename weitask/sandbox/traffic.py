"""What came in: counters per target and the last requests, for `/_control/stats/` and `/_control/requests/`."""

import threading
from collections import Counter, deque
from datetime import datetime
from typing import Any

from weitask.sandbox import clock

_KEPT = 2000
_lock = threading.Lock()
_counters: Counter[str] = Counter()
_log: deque[dict[str, Any]] = deque(maxlen=_KEPT)


def count(provider: str, name: str, *, who: str, at: datetime) -> dict[str, Any]:
    """Note a request; the entry returned is completed with its `answer` later."""
    entry = {"provider": provider, "target": name, "who": who, "at": clock.iso(at), "answer": None}
    with _lock:
        _counters[f"{provider}:{name}"] += 1
        _log.append(entry)
    return entry


def totals() -> dict[str, Any]:
    """Requests in all and by target."""
    with _lock:
        return {"total": sum(_counters.values()), "by_target": dict(sorted(_counters.items()))}


def latest(target: str = "") -> list[dict[str, Any]]:
    """The last requests, newest first, optionally of one target."""
    with _lock:
        entries = list(_log)
    return [entry for entry in reversed(entries) if not target or entry["target"].startswith(target)]


def forget() -> None:
    """Start counting anew."""
    with _lock:
        _counters.clear()
        _log.clear()
