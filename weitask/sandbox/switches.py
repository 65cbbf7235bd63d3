"""Switches of the sandbox, read and set by `POST /_control/settings/`; seconds are business seconds."""

import threading
from typing import Any

from django.conf import settings

from weitask.sandbox import memory

_KEY = "switches"
_DEFAULTS: dict[str, Any] = {
    # Weibo
    "refuse_repeats": False,  # 20019 for the same text by the same user within repeat_window
    "repeat_window": 900,
    "rate_limits": False,  # the limits of weibo.md 9
    "visibility_delay": 0,  # seconds until reads show a new post
    "grow_counts": True,
    "shorten_links": True,  # links in a text become t.cn links, as on the real site
    "timeline_sentinels": False,  # deleted posts stay in the timeline as a sentinel
    "closed_family": "",  # "open" or "biz" answers 10014
    "token_seconds": 2_592_000,
    "silent_reauthorise": False,  # a browser known to Weibo skips the consent page
    "redirect_uris": [],  # added to SANDBOX_REDIRECT_URIS
    "security_domains": ["weitask.example", "127.0.0.1", "localhost"],
    # Sina Pay
    "opening_balance": 0,  # fen on the merchant account before any deposit
    "settle_delay": 60,
    "return_delay": 7200,
    "late_delay": 600,
    "pay_later_delay": 600,
    "redelivery": [0, 120, 600, 600, 3600, 7200, 21600, 54000],  # gaps between tries
    "deliver": True,  # False: notifications wait to be fetched
    "absent_order_code": "",  # "" answers an empty list, else this response_code
    "unsigned_errors": False,
    "request_window": 900,
}
_lock = threading.Lock()
_changed: dict[str, Any] = {}


def get(name: str) -> Any:
    """The present value of a switch."""
    if name in _changed:
        return _changed[name]
    if settings.SANDBOX_STRICT and name in {"refuse_repeats", "rate_limits"}:
        return True
    return _DEFAULTS[name]


def everything() -> dict[str, Any]:
    """All switches with their present values."""
    return {name: get(name) for name in _DEFAULTS}


def change(values: dict[str, Any]) -> None:
    """Set some switches; ValueError names an unknown one or one of the wrong type."""
    for name, value in values.items():
        if name not in _DEFAULTS:
            raise ValueError(f"unknown setting: {name}")
        if not _same_type(value, _DEFAULTS[name]):
            raise ValueError(f"wrong type for {name}")
    with _lock:
        _changed.update(values)
        kept = dict(_changed)
    memory.keep(_KEY, kept)


def _same_type(value: Any, default: Any) -> bool:
    """Whether VALUE may stand where DEFAULT stands; a whole number may be given as a float."""
    if type(default) is int:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(default)


def load() -> None:
    """Recall the switches set before a restart."""
    with _lock:
        _changed.clear()
        _changed.update(memory.recall(_KEY) or {})


def forget() -> None:
    """Back to the defaults."""
    with _lock:
        _changed.clear()
