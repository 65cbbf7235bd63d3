"""Reading an account's timeline back, and telling our own post in it (architecture 5, weibo.md 12)."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from weitask.gateways.errors import GatewayError
from weitask.gateways.weibo import Post, WeiboClient
from weitask.gateways.weibo_text import words

READ_FOR: Final = 30.0  # real seconds; a longer read counts as not made
MAX_PAGES: Final = 30
NOT_BEFORE: Final = timedelta(seconds=60)  # Weibo's clock against ours
NOT_AFTER: Final = timedelta(seconds=180)
DEFAULT_REPOST: Final = "转发微博"  # what Weibo writes when a repost has no words


@dataclass(frozen=True)
class Question:
    """One attempt whose fate is unknown.

    Attributes:
        base_post_id: newest id of the timeline before the order's first attempt.
        first_sent_at, sent_at: business time of sending, of the order's first attempt and of this one. A first post
            that shows only now is the order's post all the same.
        source_id: for a 转发 the id it reposts, else empty.
    """

    attempt_id: int
    order_id: int
    number: str
    uid: str
    token: str = field(repr=False)
    base_post_id: str
    first_sent_at: datetime
    sent_at: datetime
    source_id: str
    text: str


@dataclass(frozen=True)
class Look:
    """What a read of the timeline brought: posts newer than the base, newest first.

    `complete`: it went back to the base or to the end. `saw_deletion`: a deletion sentinel newer than the base.
    """

    posts: tuple[Post, ...]
    complete: bool
    saw_deletion: bool
    error: GatewayError | None = None


def look(question: Question, *, client: WeiboClient) -> Look:
    """Read the timeline back to an id at or below the base, or to its end. No error leaves this function."""
    base = int(question.base_post_id or 0)
    until = time.monotonic() + READ_FOR
    found: list[Post] = []
    complete = False
    failure: GatewayError | None = None
    try:
        for page in range(1, MAX_PAGES + 1):
            posts = client.timeline(token=question.token, uid=question.uid, page=page)
            found += [post for post in posts if int(post.id) > base]
            # The last one decides: an old post may be pinned to the top.
            complete = not posts or int(posts[-1].id) <= base
            if complete or time.monotonic() > until:
                break
    except GatewayError as error:
        failure, complete = error, False
    living = tuple(post for post in found if not post.deleted)
    return Look(living, complete, saw_deletion=len(living) < len(found), error=failure)


def own_post(
    question: Question, posts: Sequence[Post], *, taken: Collection[str], roots: Mapping[str, str]
) -> Post | None:
    """The post this attempt made, or the one before it, if it is among these; the oldest when there are several.

    Args:
        taken: ids bound to other orders.
        roots: by source id, the original at the end of its chain; a source that cannot be read is missing.
    """
    is_ours = _is_repost if question.source_id else _is_original
    ours = [post for post in posts if post.id not in taken and is_ours(question, post, roots)]
    return min(ours, key=lambda post: int(post.id), default=None)


def _is_original(question: Question, post: Post, _roots: Mapping[str, str]) -> bool:
    return post.order_number == question.number


def _is_repost(question: Question, post: Post, roots: Mapping[str, str]) -> bool:
    """By source, words, app and time: a repost carries no annotations."""
    if post.retweeted_id is None or post.created_at is None:
        return False
    # A source that is gone tells no root any more; words, app and time must do.
    sources = {question.source_id, roots.get(question.source_id, post.retweeted_id)}
    in_time = question.first_sent_at - NOT_BEFORE <= post.created_at <= question.sent_at + NOT_AFTER
    app = getattr(settings, "WEIBO_APP_NAME", "")
    by_us = not app or post.app in ("", app)
    said, shown = words(question.text or DEFAULT_REPOST), words(post.text or DEFAULT_REPOST)
    return post.retweeted_id in sources and by_us and in_time and said == shown
