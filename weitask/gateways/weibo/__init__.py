"""Weibo: OAuth2, posting, reading back, notices, short links (weibo.md)."""

from weitask.gateways.process_wide import ProcessWide
from weitask.gateways.weibo.calls import WeiboClient
from weitask.gateways.weibo.config import WeiboConfig
from weitask.gateways.weibo.records import Counts, Post, Token, TokenInfo, User

__all__ = [
    "Counts",
    "Post",
    "Token",
    "TokenInfo",
    "User",
    "WeiboClient",
    "WeiboConfig",
    "client",
    "forget_client",
]

_shared = ProcessWide(configure=WeiboConfig.from_settings, build=WeiboClient)


def client() -> WeiboClient:
    """The client of this process, built from the settings."""
    return _shared.get()


def forget_client() -> None:
    """Close the client of this process; the next `client()` starts afresh, its breaker closed."""
    _shared.forget()
