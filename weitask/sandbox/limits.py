"""The rate limits of weibo.md 9, counted in windows of business time; off unless the switch is on."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from weitask.sandbox import clock, switches
from weitask.sandbox.weibo.errors import WeiboError

USER_PER_DAY = 100
IP_PER_HOUR = 15_000
POSTS_PER_HOUR = 30
BIZ_PER_HOUR = 50_000

_lock = threading.Lock()
_used: Counter[tuple[str, str, str]] = Counter()


def _hour(now: datetime) -> str:
    return now.strftime("%Y%m%d%H")


def _day(now: datetime) -> str:
    return now.astimezone(clock.SHANGHAI).strftime("%Y%m%d")


def charge_call(*, uid: str, ip: str, biz: bool, now: datetime) -> None:
    """Count a call; WeiboError 10022 or 10023 when the window is used up. Commercial calls count per IP only."""
    if not switches.get("rate_limits"):
        return
    if biz:
        _take(("biz", ip, _hour(now)), BIZ_PER_HOUR, 10022)
        return
    _take(("ip", ip, _hour(now)), IP_PER_HOUR, 10022)
    if uid:
        _take(("user", uid, _day(now)), USER_PER_DAY, 10023)


def charge_post(*, uid: str, now: datetime) -> None:
    """Count a post of a user; WeiboError 20016 after 30 in an hour."""
    if switches.get("rate_limits"):
        _take(("post", uid, _hour(now)), POSTS_PER_HOUR, 20016)


def status(*, uid: str, ip: str, now: datetime) -> dict[str, Any]:
    """The flat answer of `account/rate_limit_status` (weibo.md 9)."""
    local = now.astimezone(clock.SHANGHAI)
    reset = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    with _lock:
        by_ip, by_user = _used["ip", ip, _hour(now)], _used["user", uid, _day(now)]
    return {
        "ip_limit": IP_PER_HOUR,
        "limit_time_unit": "HOURS",
        "remaining_ip_hits": max(IP_PER_HOUR - by_ip, 0),
        "remaining_user_hits": max(USER_PER_DAY - by_user, 0),
        "reset_time": reset.strftime("%Y-%m-%d %H:%M:%S"),
        "reset_time_in_seconds": int((reset - local).total_seconds()),
        "user_limit": USER_PER_DAY,
        "api_rate_limits": [],
    }


def forget() -> None:
    """All windows are fresh again."""
    with _lock:
        _used.clear()


def _take(window: tuple[str, str, str], limit: int, code: int) -> None:
    with _lock:
        if _used[window] >= limit:
            raise WeiboError(code)
        _used[window] += 1
