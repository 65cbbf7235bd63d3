"""Sina Pay: recharges, bank cards, payouts, notifications (sinapay.md). Used by billing only."""

from weitask.gateways.process_wide import ProcessWide
from weitask.gateways.sinapay.calls import SinaPayClient
from weitask.gateways.sinapay.config import SinaPayConfig
from weitask.gateways.sinapay.notifications import ForgedNotification, Notification, parse_notification
from weitask.gateways.sinapay.records import BoundCard, CardDetails, DepositStarted, Trade

__all__ = [
    "BoundCard",
    "CardDetails",
    "DepositStarted",
    "ForgedNotification",
    "Notification",
    "SinaPayClient",
    "SinaPayConfig",
    "Trade",
    "client",
    "forget_client",
    "parse_notification",
]

_shared = ProcessWide(configure=SinaPayConfig.from_settings, build=SinaPayClient)


def client() -> SinaPayClient:
    """The client of this process, built from the settings."""
    return _shared.get()


def forget_client() -> None:
    """Close the client of this process; the next `client()` starts afresh, its breaker closed."""
    _shared.forget()
