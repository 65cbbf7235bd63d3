"""Users, the caller's uid and limits, notices, short links, id conversion (weibo.md 3, 5, 7, 9)."""

from typing import Any

from weitask.sandbox import limits, memory
from weitask.sandbox.models import Notice, Post, ShortUrl, Token, WeiboUser
from weitask.sandbox.weibo import known, rendering, text
from weitask.sandbox.weibo.errors import WeiboError
from weitask.sandbox.weibo.wire import Call

_OBJECT_BYTES, _ACTION_BYTES, _MOST_UIDS = 32, 20, 100


def show(call: Call) -> dict[str, Any]:
    """`users/show` by uid or screen name, with the latest status."""
    uid, name = call.params.get("uid"), call.params.get("screen_name")
    if not uid and not name:
        raise WeiboError(20002)
    one = WeiboUser.objects.filter(**({"pk": uid} if uid else {"screen_name": name})).first()
    if one is None:
        raise WeiboError(20003)
    body = rendering.user(one)
    posts = Post.objects.filter(user=one, deleted_at=None, blocked=False, readable_from__lte=call.now)
    body["statuses_count"] += posts.count()
    for latest in known.complete(posts.order_by("-pk")[:1]):
        body["status"] = rendering.status(latest, now=call.now, trim_user=True)
    return body


def counts(call: Call) -> list[dict[str, Any]]:
    """`users/counts` of up to 100 users."""
    uids = [uid for uid in call.params.get("uids", "").split(",") if uid]
    if not uids:
        raise WeiboError(20002)
    if len(uids) > _MOST_UIDS:
        raise WeiboError(20009)
    fields = ("followers_count", "friends_count", "statuses_count")
    users = WeiboUser.objects.filter(pk__in=uids)
    return [{"id": int(one.uid), **{name: getattr(one, name) for name in fields}} for one in users]


def get_uid(call: Call) -> dict[str, int]:
    """`account/get_uid`."""
    return {"uid": int(call.caller.uid)}


def rate_limit_status(call: Call) -> dict[str, Any]:
    """`account/rate_limit_status`; does not count against the limits."""
    ip = call.request.META.get("REMOTE_ADDR", "")
    return limits.status(uid=call.caller.uid, ip=ip, now=call.now)


def send_notice(call: Call) -> dict[str, bool]:
    """`notification/send`: into the inbox of those of the users who authorised the app."""
    if not call.caller.platform:
        raise WeiboError(21601)
    uids = [uid for uid in call.need("uids").split(",") if uid]
    template = call.need("tpl_id")
    objects = [call.params.get(f"objects{n}", "") for n in (1, 2, 3)]
    action_url = call.params.get("action_url", "")
    _check_notice(call, uids, objects, action_url)
    ours = set(Token.objects.filter(user_id__in=uids).values_list("user_id", flat=True))
    with memory.writing():
        Notice.objects.bulk_create(
            Notice(
                uid=uid,
                template=template,
                objects_sent=[one for one in objects if one],
                action_url=action_url,
                created_at=call.now,
            )
            for uid in uids
            if uid in ours
        )
    return {"result": True}


def shorten(call: Call) -> dict[str, Any]:
    """`short_url/shorten` of one or more `url_long`."""
    urls = call.params.getlist("url_long")
    if not urls:
        raise WeiboError(10016)
    with memory.writing():
        return {"urls": [_link(text.shorten(url), url, known=True) for url in urls]}


def expand(call: Call) -> dict[str, Any]:
    """`short_url/expand` of one or more `url_short`; an unknown one has `result` false."""
    urls = call.params.getlist("url_short")
    if not urls:
        raise WeiboError(10016)
    codes = {url: url.rstrip("/").rsplit("/", 1)[-1] for url in urls}
    known = dict(ShortUrl.objects.filter(pk__in=codes.values()).values_list("code", "url_long"))
    return {"urls": [_link(url, known.get(code, ""), known=code in known) for url, code in codes.items()]}


def querymid(call: Call) -> dict[str, str]:
    """`statuses/querymid`: short code of an id."""
    return {"mid": text.code_of(call.number("id", 0))}


def queryid(call: Call) -> dict[str, str]:
    """`statuses/queryid`: id of a short code."""
    try:
        return {"id": str(text.id_of(call.need("mid")))}
    except ValueError:
        raise WeiboError(10017) from None


def _check_notice(call: Call, uids: list[str], objects: list[str], action_url: str) -> None:
    """The sizes of weibo.md 7; 10017 beyond them."""
    counts_sent = [call.number(f"objects{n}_count", 0) for n in (1, 2, 3)]
    fits = (
        len(uids) <= _MOST_UIDS
        and all(len(one.encode()) <= _OBJECT_BYTES for one in objects)
        and len(action_url.encode()) <= _ACTION_BYTES
        and all(0 <= one <= 99 for one in counts_sent)
    )
    if not fits:
        raise WeiboError(10017)


def _link(short: str, long: str, *, known: bool) -> dict[str, Any]:
    return {"url_short": short, "url_long": long, "type": 0, "result": known}
