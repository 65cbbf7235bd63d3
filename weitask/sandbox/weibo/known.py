"""Users and tokens kept in memory, since every call asks for them. Whoever changes one of them calls `forget`."""

import threading
from collections.abc import Iterable
from typing import TypeVar

from weitask.sandbox.models import Post, Token, WeiboUser

_Kept = TypeVar("_Kept")

_lock = threading.Lock()
_users: dict[str, WeiboUser] = {}
_tokens: dict[str, Token] = {}
_generation = [0]


def users(uids: Iterable[str]) -> dict[str, WeiboUser]:
    """The users with these uids that exist."""
    wanted = set(uids)
    asked_in = _generation[0]
    found = {uid: user for uid in wanted if (user := _users.get(uid))}
    if missing := wanted - found.keys():
        fresh = WeiboUser.objects.in_bulk(missing)
        _store(asked_in, _users, fresh)
        found |= fresh
    return found


def token(value: str) -> Token | None:
    """The token row, or None."""
    kept = _tokens.get(value)
    if kept is None:
        asked_in = _generation[0]
        kept = Token.objects.filter(pk=value).first()
        if kept is not None:
            _store(asked_in, _tokens, {value: kept})
    return kept


def complete(posts: Iterable[Post]) -> list[Post]:
    """The posts with their users, and their originals with theirs, attached: cheaper than a join of four tables."""
    listed = list(posts)
    wanted_roots = {post.root_id for post in listed if post.root_id}
    roots = Post.objects.in_bulk(wanted_roots) if wanted_roots else {}
    everyone = users({post.user_id for post in [*listed, *roots.values()]})
    for post in [*listed, *roots.values()]:
        post.user = everyone[post.user_id]
    for post in listed:
        if post.root_id:
            post.root = roots[post.root_id]
    return listed


def find(post_id: int) -> Post | None:
    """One post, complete, or None."""
    return next(iter(complete(Post.objects.filter(pk=post_id))), None)


def forget() -> None:
    """Read everything anew from now on."""
    with _lock:
        _generation[0] += 1
        _users.clear()
        _tokens.clear()


def _store(asked_in: int, kept: dict[str, _Kept], found: dict[str, _Kept]) -> None:
    """Keep what was read, unless something changed while it was being read."""
    with _lock:
        if asked_in == _generation[0]:
            kept.update(found)
