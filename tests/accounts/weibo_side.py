"""What Weibo would answer, as the gateway's values."""

from typing import Any

from weitask.gateways.weibo import Token, User

UID = "5187664653"
THIRTY_DAYS = 2_592_000


def token(uid: str = UID, *, value: str = "2.00abc", expires_in: int = THIRTY_DAYS) -> Token:
    """A token just given."""
    return Token(access_token=value, uid=uid, expires_in=expires_in)


def profile(uid: str = UID, **changes: Any) -> User:
    """A Weibo user with 482,113 followers and no verification."""
    facts = {
        "uid": uid,
        "screen_name": "城南食记",
        "followers_count": 482_113,
        "friends_count": 391,
        "statuses_count": 10_422,
        "verified": False,
        "verified_type": -1,
        "verified_reason": "",
        "location": "四川 成都",
        "description": "吃遍城南",
        "avatar_url": "https://tvax1.sinaimg.cn/a.jpg",
        "created_at": None,
    }
    return User(**{**facts, **changes})
