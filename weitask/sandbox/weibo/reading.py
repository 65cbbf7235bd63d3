"""Reading posts, timelines and counts back (weibo.md 6)."""

from typing import Any

from weitask.sandbox import switches
from weitask.sandbox.models import Post
from weitask.sandbox.weibo import known, rendering
from weitask.sandbox.weibo.errors import WeiboError
from weitask.sandbox.weibo.wire import Call

_NORMAL, _DELETED, _REMOVED = 0, 5, 7


def show(call: Call) -> dict[str, Any]:
    """`statuses/show`: one post, or 20101 gone, 20104 removed by the platform, 20112 private."""
    post = known.find(call.number("id", 0))
    if post is None or post.readable_from > call.now:
        raise WeiboError(20101)
    if post.blocked:
        raise WeiboError(20104)
    if rendering.is_gone(post):
        raise WeiboError(20101)
    if post.visible and post.user_id != call.caller.uid:
        raise WeiboError(20112)
    return rendering.status(post, now=call.now, trim_user=_trim(call))


def show_batch(call: Call) -> dict[str, Any]:
    """`statuses/show_batch`: up to 50 posts of the authorising user."""
    return _batch(call, uid=call.caller.uid)


def show_batch_biz(call: Call) -> dict[str, Any]:
    """`statuses/show_batch/biz`: up to 50 posts of anyone."""
    return _batch(call, uid="")


def user_timeline(call: Call) -> dict[str, Any]:
    """`statuses/user_timeline`: the caller's own posts, newest first; 21335 for anyone else's."""
    uid = call.params.get("uid") or call.caller.uid
    if uid != call.caller.uid:
        raise WeiboError(21335)
    count = min(max(call.number("count", 20), 1), 100)
    start = (max(call.number("page", 1), 1) - 1) * count
    posts = Post.objects.filter(user_id=uid, readable_from__lte=call.now, blocked=False)
    if not switches.get("timeline_sentinels"):
        posts = posts.filter(deleted_at=None)
    if since_id := call.number("since_id", 0):
        posts = posts.filter(pk__gt=since_id)
    if max_id := call.number("max_id", 0):
        posts = posts.filter(pk__lte=max_id)
    page = list(posts.order_by("-pk")[start : start + count])
    # A page that is not full is the last one: no need to count.
    total = start + len(page) if 0 < len(page) < count else posts.count()
    return {
        "statuses": rendering.page(page, now=call.now, trim_user=_trim(call)),
        "previous_cursor": 0,
        "next_cursor": 0,
        "total_number": total,
    }


def count(call: Call) -> list[dict[str, Any]]:
    """`statuses/count`: numbers, likes under `attitudes`; unknown and deleted ids are left out."""
    return [
        {"id": post.pk, "comments": comments, "reposts": reposts, "attitudes": likes}
        for post, (reposts, comments, likes) in _counted(call)
    ]


def count_biz(call: Call) -> list[dict[str, str]]:
    """`statuses/count/biz`: the same as strings, likes under `likes`."""
    return [
        {"id": str(post.pk), "comments": str(comments), "reposts": str(reposts), "likes": str(likes)}
        for post, (reposts, comments, likes) in _counted(call)
    ]


def _batch(call: Call, *, uid: str) -> dict[str, Any]:
    """The good ones of the ids asked for; 20101 when none is good.

    A post its owner deleted is a sentinel with state 5. One the platform removed has a state 7 and no status.
    """
    ids = _ids(call, most=50)
    posts = Post.objects.filter(pk__in=ids, readable_from__lte=call.now).order_by("-pk")
    found = list(posts.filter(user_id=uid) if uid else posts)
    if not found:
        raise WeiboError(20101)
    shown = [post for post in found if not post.blocked]
    return {
        "statuses": rendering.page(shown, now=call.now, trim_user=_trim(call)),
        "states": [{"id": post.pk, "state": _state(post)} for post in found],
        "total_number": len(shown),
    }


def _state(post: Post) -> int:
    if post.blocked:
        return _REMOVED
    return _DELETED if rendering.is_gone(post) else _NORMAL


def _counted(call: Call) -> list[tuple[Post, tuple[int, int, int]]]:
    ids = _ids(call, most=100)
    posts = Post.objects.filter(pk__in=ids, deleted_at=None, blocked=False, readable_from__lte=call.now)
    return [(post, rendering.counts(post, now=call.now)) for post in known.complete(posts.order_by("pk"))]


def _ids(call: Call, *, most: int) -> list[int]:
    """The numbers in `ids`; 20001 without any, 20009 for too many."""
    asked = [one.strip() for one in call.params.get("ids", "").split(",") if one.strip()]
    if not asked:
        raise WeiboError(20001)
    if len(asked) > most:
        raise WeiboError(20009)
    return [int(one) for one in asked if one.isdigit()]


def _trim(call: Call) -> bool:
    return call.params.get("trim_user") == "1"
