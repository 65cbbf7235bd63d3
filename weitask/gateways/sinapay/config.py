"""Where Sina Pay is, who we are there, and the three keys (sinapay.md sections 1 and 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from weitask import clock
from weitask.gateways.breaker import DEFAULT_LIMITS, BreakerLimits

NOTIFY_PATH = "/api/v1/payments/sinapay/notify/"
RETURN_PATH = "/recharge/return/"


@dataclass(frozen=True)
class SinaPayConfig:
    """Keys as PEM text: our signing key, Sina's signing key, Sina's encryption key.

    `timeout` in seconds for one call. `now` set: business time is sent along and dates the request; otherwise the
    machine's clock does. `server_ip` stands where the protocol wants an end user's address and a job has none.
    """

    mgs_url: str
    mas_url: str
    partner_id: str
    sign_private_key_pem: str = field(repr=False)
    sign_public_key_pem: str = field(repr=False)
    encrypt_public_key_pem: str = field(repr=False)
    notify_url: str
    return_url: str
    timeout: float = 40.0
    now: Callable[[], datetime] | None = None
    server_ip: str = "127.0.0.1"
    breaker: BreakerLimits = DEFAULT_LIMITS

    @classmethod
    def from_settings(cls) -> SinaPayConfig:
        """From `SINAPAY_*`; business time is sent only where `WEITASK_SEND_NOW` says so (demo, rehearsal)."""
        return cls(
            mgs_url=settings.SINAPAY_MGS_URL,
            mas_url=settings.SINAPAY_MAS_URL,
            partner_id=settings.SINAPAY_PARTNER_ID,
            sign_private_key_pem=settings.SINAPAY_SIGN_PRIVATE_KEY,
            sign_public_key_pem=settings.SINAPAY_SINA_PUBLIC_KEY,
            encrypt_public_key_pem=settings.SINAPAY_SINA_ENCRYPT_KEY,
            notify_url=settings.SINAPAY_NOTIFY_BASE.rstrip("/") + NOTIFY_PATH,
            return_url=settings.SINAPAY_RETURN_BASE.rstrip("/") + RETURN_PATH,
            timeout=getattr(settings, "SINAPAY_TIMEOUT", 40.0),
            now=clock.now if settings.WEITASK_SEND_NOW else None,
            breaker=BreakerLimits(failures=getattr(settings, "WEITASK_BREAKER_FAILURES", 20)),
        )

    def moment(self) -> datetime:
        """The time to write on a request; Sina refuses one that is 15 minutes off."""
        return self.now() if self.now is not None else clock.of_process()
