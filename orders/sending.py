"""What the threads do at Weibo: look at the timeline, upload the pictures, post once (architecture 5).

Nothing here touches the database, and no error leaves these functions: every call ends in a result that says whether
the post is there, is refused, was certainly not made, or is unknown.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.core.files.storage import default_storage

from orders.moves import Cause
from weitask import faultpoints
from weitask.gateways.errors import GatewayError, PermanentError, ReauthoriseError, TemporaryError, UnknownError
from weitask.gateways.weibo import Post, WeiboClient

logger = logging.getLogger(__name__)
NEWEST: Final = 10  # posts read to learn the newest id; more than one, because an old one may be pinned to the top
NO_POSTS: Final = "0"  # the base of an account that has never posted


class Fate(StrEnum):
    """What became of a try."""

    POSTED = "posted"
    REFUSED = "refused"  # for good: the order ends
    LATER = "later"  # certainly not posted: may be tried again
    UNKNOWN = "unknown"  # may be posted: only the timeline can tell


@dataclass(frozen=True)
class Parcel:
    """One order ready to go, with all a thread needs.

    Attributes:
        pictures: names in the default storage.
        source_id: Weibo id of the original for a 转发, empty for an 原发.
        rip: the owner's IP at acceptance.
        deadline: `time.monotonic()` past which nothing may be written; set just before sending.
    """

    attempt_id: int
    order_id: int
    number: str
    start_at: datetime
    uid: str
    token: str = field(repr=False)
    text: str
    pictures: tuple[str, ...]
    source_id: str
    rip: str
    base_post_id: str = ""
    pic_ids: tuple[str, ...] = ()
    deadline: float = 0.0

    def with_token(self, token: str) -> "Parcel":
        return replace(self, token=token)

    def until(self, deadline: float) -> "Parcel":
        return replace(self, deadline=deadline)


@dataclass(frozen=True)
class Result:
    """The end of a try. `token_lost`: the account must be authorised again. `alarm`: an operator must look."""

    fate: Fate
    cause: Cause | None = None
    post: Post | None = None
    code: str = ""
    message: str = ""
    retry_after: float = 0.0
    token_lost: bool = False
    alarm: bool = False


# Whose fault a definite refusal is (A24). Anything else is our own configuration: nothing was posted, so the order
# waits for an operator while its window lasts.
_WHOSE: Final = {"content": Cause.CONTENT_REFUSED, "account": Cause.OWNER_FAULT}


def judged(error: GatewayError, *, is_repost: bool) -> Result:
    """The result that an error of the gateway stands for."""
    code, message = error.code[:30], error.message[:300]
    if isinstance(error, UnknownError):
        return Result(Fate.UNKNOWN, code=code, message=message)
    if isinstance(error, TemporaryError):
        return Result(Fate.LATER, code=code, message=message, retry_after=error.retry_after or 0.0)
    cause = Cause.SOURCE_GONE if error.cause == "target" and is_repost else _WHOSE.get(error.cause)
    if cause is None or not isinstance(error, PermanentError):
        return Result(Fate.LATER, code=code, message=message, alarm=True)
    lost = isinstance(error, ReauthoriseError)
    return Result(Fate.REFUSED, cause, code=code, message=message, token_lost=lost)


def prepare(parcel: Parcel, *, client: WeiboClient) -> Parcel | Result:
    """Read the newest id of the account's timeline, then upload the pictures. Nothing anyone could see is done.

    An original that the timeline shows already is posted; it is not sent again.
    """
    return _guarded(parcel, lambda: _prepared(parcel, client), otherwise=Fate.LATER)


def send(parcel: Parcel, *, client: WeiboClient) -> Result:
    """The one call that posts. Whatever cannot be understood is unknown."""
    faultpoints.hit("publish.before_send")
    result = _guarded(parcel, lambda: _sent(parcel, client), otherwise=Fate.UNKNOWN)
    faultpoints.hit("publish.after_send")
    return result if isinstance(result, Result) else Result(Fate.UNKNOWN, code="no_result")


def _prepared(parcel: Parcel, client: WeiboClient) -> Parcel | Result:
    posts = client.timeline(token=parcel.token, uid=parcel.uid, count=NEWEST)
    if own := next((post for post in posts if post.order_number == parcel.number), None):
        return Result(Fate.POSTED, post=own)  # by a try that was said not to be made, or that shows only now
    base = str(max((int(post.id) for post in posts), default=int(NO_POSTS)))
    pic_ids = []
    for name in parcel.pictures:
        with default_storage.open(name) as file:
            content = file.read()
        pic_ids.append(client.upload_picture(token=parcel.token, content=content, filename=name.rpartition("/")[2]))
    return replace(parcel, base_post_id=base, pic_ids=tuple(pic_ids))


def _sent(parcel: Parcel, client: WeiboClient) -> Result:
    if time.monotonic() > parcel.deadline:
        return Result(Fate.LATER, code="deadline")
    if parcel.source_id:
        post = client.repost(
            token=parcel.token,
            source_id=parcel.source_id,
            text=parcel.text,
            rip=parcel.rip,
            deadline=parcel.deadline,
        )
    else:
        post = client.publish(
            token=parcel.token,
            text=parcel.text,
            pic_ids=parcel.pic_ids,
            order_number=parcel.number,
            rip=parcel.rip,
            deadline=parcel.deadline,
        )
    if post.created_at is None or post.uid != parcel.uid:
        return Result(Fate.UNKNOWN, code="odd_answer")
    return Result(Fate.POSTED, post=post)


def _guarded(parcel: Parcel, work: Callable[[], Parcel | Result], *, otherwise: Fate) -> Parcel | Result:
    try:
        return work()
    except GatewayError as error:
        return judged(error, is_repost=bool(parcel.source_id))
    except Exception as error:
        logger.exception("order %s could not be posted", parcel.number)
        return Result(otherwise, code="error", message=type(error).__name__, alarm=True)
