"""How posts and users look in answers (weibo.md 3, 4, 6)."""

import hashlib
import math
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

from weitask.sandbox import clock, switches
from weitask.sandbox.models import Post, WeiboUser
from weitask.sandbox.weibo import known

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SOURCE = '<a href="http://app.weibo.com/t/feed/1a2b" rel="nofollow">微任务</a>'
_GROWTH_HOURS = 12
GONE_TEXT = "此微博已被原作者删除。"
GONE_ORIGINAL_TEXT = "抱歉，此微博已被作者删除。查看帮助：http://t.cn/Rfd3rQV"


@lru_cache(maxsize=8192)
def created_at(moment: datetime) -> str:
    """`Wed Nov 18 20:00:03 +0800 2026` (weibo.md 5)."""
    local = moment.astimezone(clock.SHANGHAI)
    day, month = _DAYS[local.weekday()], _MONTHS[local.month - 1]
    return f"{day} {month} {local:%d %H:%M:%S} +0800 {local.year}"


def counts(post: Post, *, now: datetime) -> tuple[int, int, int]:
    """Reposts, comments and likes now: set by hand, or grown from the post's age alone, so the same in every run."""
    if post.counts_fixed or not switches.get("grow_counts"):
        return post.reposts, post.comments, post.likes
    hours = max((now - post.created_at).total_seconds(), 0) / 3600
    share = 1 - math.exp(-hours / _GROWTH_HOURS)
    seed = hashlib.sha256(f"{post.user_id}:{post.created_at.timestamp():.0f}".encode()).digest()
    reach = 20 + post.user.followers_count // 500
    grown = [int(reach * share * (0.2 + seed[at] / 255) / part) for at, part in ((0, 4), (1, 6), (2, 1))]
    return post.reposts + grown[0], post.comments + grown[1], post.likes + grown[2]


def user(one: WeiboUser) -> dict[str, Any]:
    """The user object without its latest status."""
    base = settings.SANDBOX_PUBLIC_BASE
    return {
        "id": int(one.uid),
        "idstr": one.uid,
        "screen_name": one.screen_name,
        "name": one.screen_name,
        "province": "11",
        "city": "1",
        "location": one.location,
        "description": one.description,
        "url": "",
        "profile_image_url": f"{base}/avatar/{one.uid}/50.svg",
        "avatar_large": f"{base}/avatar/{one.uid}/180.svg",
        "profile_url": f"u/{one.uid}",
        "domain": "",
        "weihao": "",
        "gender": one.gender,
        "followers_count": one.followers_count,
        "friends_count": one.friends_count,
        "statuses_count": one.statuses_count,
        "favourites_count": 0,
        "bi_followers_count": 0,
        "created_at": created_at(one.created_at),
        "following": False,
        "follow_me": False,
        "allow_all_act_msg": False,
        "allow_all_comment": True,
        "geo_enabled": False,
        "online_status": 0,
        "lang": "zh-cn",
        "verified": one.verified,
        "verified_type": one.verified_type,
        "verified_reason": one.verified_reason,
    }


def status(post: Post, *, now: datetime, trim_user: bool = False) -> dict[str, Any]:
    """The status object of a live post, complete (`known.complete`), a repost with its original."""
    reposts, comments, likes = counts(post, now=now)
    body = {
        "created_at": created_at(post.created_at),
        "id": post.id,
        "mid": str(post.id),
        "idstr": str(post.id),
        "text": post.text,
        "source": _SOURCE,
        "favorited": False,
        "truncated": False,
        "in_reply_to_status_id": "",
        "in_reply_to_user_id": "",
        "in_reply_to_screen_name": "",
        "pic_ids": post.pic_ids,
        **_pictures(post.pic_ids),
        "geo": None,
        "annotations": post.annotations,
        "user": {"idstr": post.user_id} if trim_user else user(post.user),
        "reposts_count": reposts,
        "comments_count": comments,
        "attitudes_count": likes,
        "mlevel": 0,
        "visible": {"type": post.visible, "list_id": 0},
    }
    if post.root is not None:
        body["retweeted_status"] = _original(post.root, now=now, trim_user=trim_user)
        if post.source_id != post.root_id:
            body["pid"] = post.source_id
    return body


def sentinel(post: Post) -> dict[str, Any]:
    """A deleted post in a batch read: id and text, everything else empty (weibo.md 6)."""
    return {
        "created_at": "",
        "id": post.id,
        "mid": str(post.id),
        "idstr": str(post.id),
        "text": GONE_TEXT,
        "source": "",
        "deleted": "1",
        "annotations": [],
        "reposts_count": 0,
        "comments_count": 0,
        "attitudes_count": 0,
    }


def is_gone(post: Post) -> bool:
    """Deleted by its owner or by the platform."""
    return post.deleted_at is not None


def page(posts: Iterable[Post], *, now: datetime, trim_user: bool) -> list[dict[str, Any]]:
    """A list of posts, deleted ones as sentinels."""
    return [
        sentinel(post) if is_gone(post) else status(post, now=now, trim_user=trim_user)
        for post in known.complete(posts)
    ]


def _original(root: Post, *, now: datetime, trim_user: bool) -> dict[str, Any]:
    """The original inside a repost; reduced when it is gone (weibo.md 4)."""
    if is_gone(root) or root.blocked:
        return {
            "id": root.id,
            "mid": str(root.id),
            "idstr": str(root.id),
            "deleted": "1",
            "text": GONE_ORIGINAL_TEXT,
            "state": 7,
        }
    shown = status(root, now=now, trim_user=trim_user)
    shown.pop("retweeted_status", None)
    return shown


def _pictures(pic_ids: list[str]) -> dict[str, str]:
    """Addresses of the first picture; absent without pictures."""
    if not pic_ids:
        return {}
    base = f"{settings.SANDBOX_PUBLIC_BASE}/pictures"
    first = pic_ids[0]
    return {
        "thumbnail_pic": f"{base}/thumbnail/{first}",
        "bmiddle_pic": f"{base}/bmiddle/{first}",
        "original_pic": f"{base}/large/{first}",
    }
