"""The demo's Weibo users and their posts, from the two tables in `seed/`."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from weitask.sandbox import memory
from weitask.sandbox.models import Post, WeiboUser
from weitask.sandbox.weibo import known, publishing

_FOLDER = Path(__file__).resolve().parent / "seed"
_MEMBER_FOR = timedelta(days=3650)


def load(now: datetime) -> dict[str, int]:
    """Load users and posts that are not there yet; posts lie back from NOW by their hours. How many were made."""
    users = [_user(row, now) for row in _rows("users.csv")]
    with memory.writing():
        there = set(WeiboUser.objects.values_list("pk", flat=True))
        fresh = [user for user in users if user.uid not in there]
        WeiboUser.objects.bulk_create(fresh)
        posts = [_post(row, now) for row in _posts({user.uid for user in fresh})]
    known.forget()
    return {"users": len(fresh), "posts": len(posts)}


def _posts(uids: set[str]) -> list[dict[str, str]]:
    """The rows of posts by these users, oldest first, because ids grow with time."""
    rows = [row for row in _rows("posts.csv") if row["uid"] in uids]
    return sorted(rows, key=lambda row: -float(row["hours_ago"]))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as table:
        yield from csv.DictReader(table)


def _user(row: dict[str, str], now: datetime) -> WeiboUser:
    kind = int(row["verified_type"])
    return WeiboUser(
        uid=row["uid"],
        screen_name=row["screen_name"],
        gender=row["gender"],
        location=row["location"],
        description=row["description"],
        followers_count=int(row["followers"]),
        friends_count=int(row["friends"]),
        statuses_count=int(row["statuses"]),
        verified=0 <= kind <= 10,
        verified_type=kind,
        verified_reason=row["verified_reason"],
        created_at=now - _MEMBER_FOR,
    )


def _post(row: dict[str, str], now: datetime) -> Post:
    made_at = (now - timedelta(hours=float(row["hours_ago"]))).replace(microsecond=0)
    return Post.objects.create(
        id=publishing.id_at(made_at),
        user_id=row["uid"],
        text=row["text"],
        raw_text=row["text"],
        created_at=made_at,
        readable_from=made_at,
    )
