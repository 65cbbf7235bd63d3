"""Control of the Weibo side: users, tokens, posts, inboxes."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import Http404

from weitask.sandbox import clock, memory
from weitask.sandbox.models import Notice, Post, WeiboUser
from weitask.sandbox.weibo import known, publishing, rendering, text, tokens

_FIELDS = (
    "screen_name",
    "gender",
    "location",
    "description",
    "followers_count",
    "friends_count",
    "statuses_count",
    "verified",
    "verified_type",
    "verified_reason",
)
_JOINED = datetime(2011, 3, 8, 2, 30, tzinfo=UTC)


def list_users(query: dict[str, Any]) -> list[dict[str, Any]]:
    """All users, or those with `q` in the name."""
    users = WeiboUser.objects.filter(screen_name__icontains=query.get("q", ""))
    return [_user(one) for one in users.order_by("pk")]


def create_users(body: Any) -> Any:
    """Create or change a user, or a list of them; `token: true` also answers an access token."""
    with memory.writing():
        saved = [_save_user(one) for one in (body if isinstance(body, list) else [body])]
    known.forget()
    return saved if isinstance(body, list) else saved[0]


def expire_tokens(body: dict[str, Any]) -> dict[str, int]:
    """End the life of a user's tokens now: 21327 from here on."""
    with memory.writing():
        return {"tokens": tokens.expire(uid=str(body["uid"]), now=clock.now())}


def revoke_tokens(body: dict[str, Any]) -> dict[str, int]:
    """The user withdraws the authorisation, or `code` names another reason."""
    with memory.writing():
        return {"tokens": tokens.withdraw(uid=str(body["uid"]), code=int(body.get("code", tokens.WITHDRAWN)))}


def list_posts(query: dict[str, Any]) -> list[dict[str, Any]]:
    """Every post ever made, deleted ones included, oldest first; by `uid`, by `q` in text or order number."""
    posts = Post.objects.order_by("pk")
    if uid := query.get("uid"):
        posts = posts.filter(user_id=uid)
    if order := query.get("order"):
        posts = posts.filter(order_number=order)
    if words := query.get("q"):
        posts = posts.filter(raw_text__icontains=words) | posts.filter(order_number=words)
    now = clock.now()
    return [_post(one, now=now) for one in known.complete(posts)]


def create_posts(body: Any) -> Any:
    """Make a post, or a list of them, as if by its user's hand: `uid, text, created_at?, source_id?`."""
    if isinstance(body, list):
        return [_save_post(one) for one in body]
    return _save_post(body)


def delete_post(body: dict[str, Any], post_id: str) -> dict[str, Any]:
    """The owner deletes it; `{"by": "platform"}` removes it as the platform does."""
    by = body.get("by", "owner")
    if by not in {"owner", "platform"}:
        raise ValueError("by: owner or platform")
    return _change(post_id, deleted_at=clock.now(), deleted_by=by, blocked=by == "platform")


def restore_post(body: dict[str, Any], post_id: str) -> dict[str, Any]:
    """Undo a deletion, a block, or privacy."""
    return _change(post_id, deleted_at=None, deleted_by="", blocked=False, visible=0)


def hide_post(body: dict[str, Any], post_id: str) -> dict[str, Any]:
    """The owner makes it private; `visible` chooses another type."""
    return _change(post_id, visible=int(body.get("visible", 1)))


def block_post(body: dict[str, Any], post_id: str) -> dict[str, Any]:
    """The platform hides it without deleting: 20104."""
    return _change(post_id, blocked=True)


def set_counts(body: dict[str, Any], post_id: str) -> dict[str, Any]:
    """Fix reposts, comments and likes; they no longer grow."""
    given = {name: int(body[name]) for name in ("reposts", "comments", "likes") if name in body}
    return _change(post_id, counts_fixed=True, **given)


def list_notices(query: dict[str, Any]) -> list[dict[str, Any]]:
    """The inbox of `uid`, or all of them, oldest first."""
    notices = Notice.objects.order_by("pk")
    if uid := query.get("uid"):
        notices = notices.filter(uid=uid)
    return [
        {
            "uid": one.uid,
            "template": one.template,
            "objects": one.objects_sent,
            "action_url": one.action_url,
            "created_at": clock.iso(one.created_at),
        }
        for one in notices
    ]


def _save_user(wish: dict[str, Any]) -> dict[str, Any]:
    """Create or change one user. Write lock held by the caller."""
    strange = set(wish) - {*_FIELDS, "uid", "token", "token_seconds", "created_at"}
    if strange:
        raise ValueError(f"unknown field: {', '.join(sorted(strange))}")
    uid = str(wish.get("uid") or 5_000_000_000 + secrets.randbelow(999_999_999))
    if not (uid.isascii() and uid.isdigit() and len(uid) <= 20):
        raise ValueError("uid: up to 20 digits")
    given = {name: wish[name] for name in _FIELDS if name in wish}
    fresh = {
        "screen_name": f"用户{uid}",
        "created_at": clock.parse(wish.get("created_at")) or _JOINED,
        **given,
    }
    user, _ = WeiboUser.objects.update_or_create(pk=uid, defaults=given, create_defaults=fresh)
    shown = _user(user)
    if wish.get("token"):
        now = clock.now()
        token = tokens.give(user=user, now=now, seconds=wish.get("token_seconds"))
        life = int((token.expires_at - now).total_seconds())
        shown |= {"access_token": token.value, "expires_in": life}
    return shown


def _save_post(wish: dict[str, Any]) -> dict[str, Any]:
    now = clock.now()
    made_at = (clock.parse(wish.get("created_at")) or now).replace(microsecond=0)
    source = Post.objects.get(pk=int(wish["source_id"])) if wish.get("source_id") else None
    user = WeiboUser.objects.filter(pk=str(wish["uid"])).first()
    if user is None:
        raise ValueError("no such user")
    with memory.writing():
        made = Post.objects.create(
            id=publishing.id_at(made_at),
            user=user,
            text=text.with_short_links(wish["text"]),
            raw_text=wish["text"],
            created_at=made_at,
            readable_from=made_at,
            source=source,
            root=(source.root or source) if source else None,
        )
    return _post(made, now=now)


def _change(post_id: str, **values: Any) -> dict[str, Any]:
    with memory.writing():
        Post.objects.filter(pk=int(post_id)).update(**values)
        post = known.find(int(post_id))
    if post is None:
        raise Http404("no such post")
    return _post(post, now=clock.now())


def _user(one: WeiboUser) -> dict[str, Any]:
    return {"uid": one.uid, **{name: getattr(one, name) for name in _FIELDS}}


def _post(one: Post, *, now: datetime) -> dict[str, Any]:
    reposts, comments, likes = rendering.counts(one, now=now)
    hidden = one.readable_from - one.created_at > timedelta(seconds=1)
    return {
        "id": str(one.pk),
        "uid": one.user_id,
        "text": one.raw_text,
        "shown_text": one.text,
        "url": f"https://weibo.com/{one.user_id}/{text.code_of(one.pk)}",
        "annotations": one.annotations,
        "order_number": one.order_number,
        "retweeted_id": str(one.source_id) if one.source_id else None,
        "pic_ids": one.pic_ids,
        "rip": one.rip,
        "created_at": clock.iso(one.created_at),
        "readable_from": clock.iso(one.readable_from) if hidden else None,
        "deleted_at": clock.iso(one.deleted_at),
        "deleted_by": one.deleted_by,
        "visible": one.visible,
        "blocked": one.blocked,
        "reposts": reposts,
        "comments": comments,
        "likes": likes,
    }
