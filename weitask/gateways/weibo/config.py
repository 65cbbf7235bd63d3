"""Where Weibo is and who we are there (weibo.md section 1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from weitask import clock
from weitask.gateways.breaker import DEFAULT_LIMITS, BreakerLimits


@dataclass(frozen=True)
class WeiboConfig:
    """Hosts without a trailing slash. `timeout`: seconds for one call. `now` set: business time is sent along."""

    api_base: str
    authorize_base: str
    biz_base: str
    upload_base: str
    app_key: str
    app_secret: str = field(repr=False)
    platform_token: str = field(repr=False)
    timeout: float = 15.0
    now: Callable[[], datetime] | None = None
    breaker: BreakerLimits = DEFAULT_LIMITS

    @classmethod
    def from_settings(cls) -> WeiboConfig:
        """From `WEIBO_*`; business time is sent only where `WEITASK_SEND_NOW` says so (demo, rehearsal)."""
        return cls(
            api_base=settings.WEIBO_API_BASE.rstrip("/"),
            authorize_base=settings.WEIBO_AUTHORIZE_BASE.rstrip("/"),
            biz_base=settings.WEIBO_BIZ_BASE.rstrip("/"),
            upload_base=settings.WEIBO_UPLOAD_BASE.rstrip("/"),
            app_key=settings.WEIBO_APP_KEY,
            app_secret=settings.WEIBO_APP_SECRET,
            platform_token=settings.WEIBO_PLATFORM_TOKEN,
            timeout=getattr(settings, "WEIBO_TIMEOUT", 15.0),
            now=clock.now if settings.WEITASK_SEND_NOW else None,
            breaker=BreakerLimits(failures=getattr(settings, "WEITASK_BREAKER_FAILURES", 20)),
        )
