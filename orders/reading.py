"""Reading posts back in batches of 50 on the platform's token, with a control for everything found missing (A6).

An answer that lacks a post proves something only while the same interface shows a post known to be alive. Where none
is known, the account's own token is the second witness. Threads do HTTP only; the caller's thread reads the database.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from django.db.models import F

from orders import pool
from orders.models import Order, Reading
from weitask.gateways.errors import GatewayError, PermanentError
from weitask.gateways.weibo import Post, WeiboClient
from weitask.gateways.weibo_text import words

BATCH: Final = 50
CONTROLS: Final = 20  # posts lately seen alive that serve as control
GONE_CODE: Final = "20101"
UNREADABLE_CODE: Final = "bad_json"


@dataclass(frozen=True)
class Target:
    """A post to read. `uid`: its author's; `seen_hash`: hash of the words at the last reading, or empty."""

    order_id: int
    post_id: str
    uid: str
    seen_hash: str


@dataclass(frozen=True)
class Sight:
    """What was seen of one post. `asked`: False when the breaker refused before anybody was asked."""

    outcome: Reading.Outcome
    text_hash: str = ""
    reposts: int | None = None
    comments: int | None = None
    likes: int | None = None
    source_deleted: bool = False
    code: str = ""
    asked: bool = True


def read(
    targets: Sequence[Target], *, client: WeiboClient, tokens: Callable[[Sequence[int]], Mapping[int, str]]
) -> dict[int, Sight]:
    """What there is to see of each target, by order id. No error leaves this function.

    `tokens`: the accounts' own tokens by order id, as far as there are any; asked for where a second witness is needed.
    """
    batches = [targets[start : start + BATCH] for start in range(0, len(targets), BATCH)]
    answers = pool.each(partial(_read_batch, client=client), batches)
    sights = {order_id: sight for answer in answers for order_id, sight in answer.items()}
    missing = [one for one in targets if sights[one.order_id].outcome == Reading.Outcome.MISSING]
    alive = any(sight.outcome in (Reading.Outcome.SEEN, Reading.Outcome.EDITED) for sight in sights.values())
    if not missing or alive or _known_post_is_seen(client, but=[one.order_id for one in missing]):
        return sights
    own = tokens([one.order_id for one in missing])
    asked = [(one, own.get(one.order_id, "")) for one in missing]
    second = pool.each(partial(_witness, client=client), asked)
    return sights | {one.order_id: sight for one, sight in zip(missing, second, strict=True)}


def words_hash(text: str) -> str:
    """Hash of the words of a post; what Weibo itself changes does not count as an edit (A7)."""
    return hashlib.sha256(words(text).encode()).hexdigest()


def _read_batch(targets: Sequence[Target], *, client: WeiboClient) -> dict[int, Sight]:
    try:
        posts = client.read_posts(ids=[one.post_id for one in targets])
    except GatewayError as error:
        if error.code == UNREADABLE_CODE and len(targets) > 1:
            # One odd post spoils the whole answer: it is asked for alone in the end.
            half = len(targets) // 2
            return _read_batch(targets[:half], client=client) | _read_batch(targets[half:], client=client)
        unknown = _unknown(error)
        return {one.order_id: unknown for one in targets}
    return {one.order_id: _sight(one, posts) for one in targets}


def _sight(target: Target, posts: Mapping[str, Post]) -> Sight:
    post = posts.get(target.post_id)
    if post is None or post.deleted:
        return Sight(Reading.Outcome.MISSING)
    if post.blocked:
        return Sight(Reading.Outcome.BLOCKED)
    if post.uid != target.uid:
        return Sight(Reading.Outcome.UNKNOWN, code="other_author")
    seen = Sight(
        Reading.Outcome.SEEN,
        text_hash=words_hash(post.text),
        reposts=post.reposts,
        comments=post.comments,
        likes=post.likes,
        source_deleted=post.retweeted_deleted,
    )
    if post.visible != 0:
        return replace(seen, outcome=Reading.Outcome.HIDDEN)
    if target.seen_hash not in ("", seen.text_hash):
        return replace(seen, outcome=Reading.Outcome.EDITED)
    return seen


def _known_post_is_seen(client: WeiboClient, *, but: Sequence[int]) -> bool:
    """Whether the interface shows at least one of the posts last seen alive; `but` the orders that are in question."""
    known = Order.objects.filter(state__in=["published", "achieved"], first_missing_at=None, weibo_id__isnull=False)
    newest = (
        known.exclude(pk__in=but)
        .order_by(F("last_seen_at").desc(nulls_last=True))
        .values_list("weibo_id", flat=True)[:CONTROLS]
    )
    ids = [weibo_id for weibo_id in newest if weibo_id]
    try:
        posts = client.read_posts(ids=ids)
    except GatewayError:
        return False
    return any(not (post.deleted or post.blocked) for post in posts.values())


def _witness(asked: tuple[Target, str], *, client: WeiboClient) -> Sight:
    """Ask for the post with the account's own token: only a plain "does not exist" confirms that it is missing."""
    target, token = asked
    if not token:
        return Sight(Reading.Outcome.UNKNOWN, code="no_control")
    try:
        client.show(token=token, post_id=target.post_id)
    except PermanentError as error:
        if error.code == GONE_CODE:
            return Sight(Reading.Outcome.MISSING, code=GONE_CODE)
        return _unknown(error)
    except GatewayError as error:
        return _unknown(error)
    return Sight(Reading.Outcome.UNKNOWN, code="contradiction")


def _unknown(error: GatewayError) -> Sight:
    return Sight(Reading.Outcome.UNKNOWN, code=error.code[:30], asked=error.code != "breaker")
