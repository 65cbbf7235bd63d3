"""What Weibo answers, as values: parsed strictly, unknown fields ignored (weibo.md sections 2 to 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from weitask.gateways import reading
from weitask.gateways.reading import Malformed

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: at for at, name in enumerate(_NAMES, start=1)}
_TIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}:\d{2}:\d{2}) ([+-]\d{4}) (\d{4})", re.ASCII)
_TAG = re.compile(r"<[^>]*>")

GONE_TEXTS = ("此微博已被原作者删除", "抱歉，此微博已被作者删除")
STATE_NORMAL, STATE_DELETED = 0, 5


@dataclass(frozen=True, slots=True)
class Token:
    """An access token just given; `expires_in` in seconds."""

    access_token: str = field(repr=False)
    uid: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What a token is good for; `expires_in` in seconds from now, `created_at` UTC."""

    uid: str
    expires_in: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A Weibo user as of now; names and numbers change over time."""

    uid: str
    screen_name: str
    followers_count: int
    friends_count: int
    statuses_count: int
    verified: bool
    verified_type: int
    verified_reason: str
    location: str
    description: str
    avatar_url: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a post was reposted, commented and liked."""

    reposts: int
    comments: int
    likes: int


@dataclass(frozen=True, slots=True)
class Post:
    """A post as read. `deleted`: its author removed it; `blocked`: the platform hides it (section 6, manual review).

    `visible`: 0 everyone, 1 only the author, 2 friends, 3 a group. `created_at` UTC, None for a deleted post.
    """

    id: str
    uid: str = ""
    text: str = ""
    created_at: datetime | None = None
    visible: int = 0
    deleted: bool = False
    blocked: bool = False
    annotations: tuple[dict[str, object], ...] = ()
    order_number: str | None = None
    retweeted_id: str | None = None
    retweeted_deleted: bool = False
    app: str = ""
    reposts: int = 0
    comments: int = 0
    likes: int = 0


def parse_time(value: str) -> datetime:
    """`Wed Nov 18 20:00:03 +0800 2026` → aware UTC, whatever the locale of the process."""
    match = _TIME.fullmatch(value)
    if match is None or match[1] not in _MONTHS:
        raise Malformed("not a time")
    month, day, clock, zone, year = match[1], match[2], match[3], match[4], match[5]
    try:
        iso = f"{year}-{_MONTHS[month]:02d}-{day}T{clock}{zone[:3]}:{zone[3:]}"
        return datetime.fromisoformat(iso).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed("not a time") from None


def parse_token(value: object) -> Token:
    """The answer of `oauth2/access_token`."""
    fields = reading.as_object(value)
    access_token = reading.text(fields, "access_token")
    if not access_token:
        raise Malformed("no access_token")
    return Token(
        access_token=access_token,
        uid=reading.identifier(fields, "uid"),
        expires_in=reading.number(fields, "expires_in"),
    )


def parse_token_info(value: object) -> TokenInfo:
    """The answer of `oauth2/get_token_info`; older documents say `expires_in` for `expire_in`."""
    fields = reading.as_object(value)
    left = "expire_in" if "expire_in" in fields else "expires_in"
    try:
        created_at = datetime.fromtimestamp(reading.number(fields, "create_at"), UTC)
    except (OverflowError, OSError, ValueError):
        raise Malformed("create_at is not a time") from None
    return TokenInfo(
        uid=reading.identifier(fields, "uid"), expires_in=reading.number(fields, left), created_at=created_at
    )


def parse_user(value: object) -> User:
    """A user object (section 3)."""
    fields = reading.as_object(value)
    born = reading.text(fields, "created_at")
    return User(
        uid=reading.identifier(fields, "idstr", "id"),
        screen_name=reading.text(fields, "screen_name"),
        followers_count=reading.number(fields, "followers_count"),
        friends_count=reading.number(fields, "friends_count", default=0),
        statuses_count=reading.number(fields, "statuses_count", default=0),
        verified=fields.get("verified") is True,
        verified_type=reading.number(fields, "verified_type", default=-1),
        verified_reason=reading.text(fields, "verified_reason"),
        location=reading.text(fields, "location"),
        description=reading.text(fields, "description"),
        avatar_url=reading.text(fields, "avatar_large") or reading.text(fields, "profile_image_url"),
        created_at=parse_time(born) if born else None,
    )


def parse_post(value: object) -> Post:
    """A status object, or the sentinel that stands for a deleted one (section 6)."""
    fields = reading.as_object(value)
    post_id = reading.identifier(fields, "idstr", "id", "mid")
    text = reading.text(fields, "text")
    if _is_sentinel(fields, text):
        return Post(id=post_id, text=text, deleted=True)
    annotations = _annotations(fields)
    source = _original(fields)
    return Post(
        id=post_id,
        uid=reading.identifier(reading.as_object(fields.get("user")), "idstr", "id"),
        text=text,
        created_at=parse_time(reading.text(fields, "created_at")),
        visible=_visible(fields),
        annotations=annotations,
        order_number=_order_number(annotations),
        retweeted_id=source[0] if source else None,
        retweeted_deleted=source[1] if source else False,
        app=_TAG.sub("", reading.text(fields, "source")),
        reposts=reading.number(fields, "reposts_count", default=0),
        comments=reading.number(fields, "comments_count", default=0),
        likes=reading.number(fields, "attitudes_count", default=0),
    )


def parse_posts(value: object) -> list[Post]:
    """`{"statuses": […]}`. One unreadable row spoils the page: a partial list must not pass for a whole one."""
    return [parse_post(row) for row in reading.as_list(reading.as_object(value).get("statuses"))]


def parse_batch(value: object) -> dict[str, Post]:
    """`statuses` and `states` of a batch read, by id; a state without a status still tells deleted or blocked."""
    posts = {post.id: post for post in parse_posts(value)}
    for row in reading.as_list(reading.as_object(value).get("states") or []):
        fields = reading.as_object(row)
        post_id, state = reading.identifier(fields, "id"), reading.number(fields, "state")
        if state == STATE_DELETED:
            posts[post_id] = Post(id=post_id, deleted=True)
        elif state != STATE_NORMAL and not (post_id in posts and posts[post_id].deleted):
            posts[post_id] = Post(id=post_id, blocked=True)
    return posts


def parse_counts(value: object) -> dict[str, Counts]:
    """The array of a count read; likes come as `likes` or `attitudes`, numbers also as texts."""
    found: dict[str, Counts] = {}
    for row in reading.as_list(value):
        fields = reading.as_object(row)
        likes = "likes" if "likes" in fields else "attitudes"
        found[reading.identifier(fields, "id")] = Counts(
            reposts=reading.number(fields, "reposts"),
            comments=reading.number(fields, "comments"),
            likes=reading.number(fields, likes, default=0),
        )
    return found


def parse_links(value: object) -> list[tuple[str, str]]:
    """`{"urls": […]}` as pairs (short, long), the failed ones left out."""
    pairs: list[tuple[str, str]] = []
    for row in reading.as_list(reading.as_object(value).get("urls")):
        fields = reading.as_object(row)
        short, long = reading.text(fields, "url_short"), reading.text(fields, "url_long")
        if fields.get("result") in (True, "true") and short and long:
            pairs.append((short, long))
    return pairs


def _original(fields: dict[str, object]) -> tuple[str, bool] | None:
    """Id of the post that was reposted, and whether it is gone. One kept from us shows little more than its id."""
    if fields.get("retweeted_status") is None:
        return None
    source = reading.as_object(fields["retweeted_status"])
    return reading.identifier(source, "idstr", "id", "mid"), _is_sentinel(source, reading.text(source, "text"))


def _is_sentinel(fields: dict[str, object], text: str) -> bool:
    if str(fields.get("deleted")) in ("1", "True"):
        return True
    # A living post may quote the sentence, but it has an author.
    return fields.get("user") is None and text.startswith(GONE_TEXTS)


def _visible(fields: dict[str, object]) -> int:
    visible = fields.get("visible")
    return 0 if visible is None else reading.number(reading.as_object(visible), "type", default=0)


def _annotations(fields: dict[str, object]) -> tuple[dict[str, object], ...]:
    value = fields.get("annotations")
    return tuple(row for row in value if isinstance(row, dict)) if isinstance(value, list) else ()


def _order_number(annotations: tuple[dict[str, object], ...]) -> str | None:
    for row in annotations:
        number = row.get("weitask_order")
        if isinstance(number, str) and number:
            return number
    return None
