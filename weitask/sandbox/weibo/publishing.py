"""Posting, reposting, deleting (weibo.md 4)."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from weitask.sandbox import limits, memory, switches
from weitask.sandbox.models import Post
from weitask.sandbox.weibo import known, pictures, rendering, text
from weitask.sandbox.weibo.errors import WeiboError
from weitask.sandbox.weibo.wire import Call

_SHORT, _LONG = 140, 2000
_LONGEST_ANNOTATIONS = 512
# Weibo ids are seconds since 2010-05 shifted left by 22 bits; the low bits are the order within the second.
_ID_EPOCH = 515_483_463
_ID_SHIFT = 22
_last_id: list[int] = []  # the largest id given, once it was looked up


@dataclass(frozen=True)
class _Draft:
    """A post about to be made."""

    text: str
    annotations: list[dict[str, Any]] = field(default_factory=list)
    pic_ids: list[str] = field(default_factory=list)
    source: Post | None = None
    visible: int = 0


def update(call: Call) -> dict[str, Any]:
    """`statuses/update` and `/biz`: text only."""
    return _publish(call, _draft(call, pic_ids=[]))


def upload(call: Call) -> dict[str, Any]:
    """`statuses/upload` and `/biz`: text with one picture sent along."""
    return _publish(call, _draft(call, pic_ids=[pictures.keep(call.request)]))


def upload_url_text(call: Call) -> dict[str, Any]:
    """`statuses/upload_url_text/biz`: text with up to nine pictures uploaded before."""
    pic_ids = [pic for pic in call.params.get("pic_id", "").split(",") if pic]
    pictures.check(pic_ids)
    return _publish(call, _draft(call, pic_ids=pic_ids, empty_text="分享图片" if pic_ids else ""))


def share(call: Call) -> dict[str, Any]:
    """`statuses/share`: needs a link under a bound domain and takes no #topic#; at most one picture."""
    draft = _draft(call, pic_ids=[])
    if not text.has_link_under(draft.text, switches.get("security_domains")):
        raise WeiboError(10017, "text not find domain!")
    if draft.text.count("#") >= 2:
        raise WeiboError(10017)
    if call.request.FILES:
        draft = _Draft(text=draft.text, pic_ids=[pictures.keep(call.request)])
    return _publish(call, draft)


def repost(call: Call) -> dict[str, Any]:
    """`statuses/repost` and `/biz`."""
    _check_rip(call)
    if not call.params.get("id"):
        raise WeiboError(20109)
    source = known.find(call.number("id", 0))
    if source is None or rendering.is_gone(source) or source.readable_from > call.now:
        raise WeiboError(20101)
    if source.blocked:
        raise WeiboError(20104)
    if source.user_id == call.caller.uid:
        raise WeiboError(20103)
    if source.visible:
        raise WeiboError(20112)
    words = call.params.get("status") or "转发微博"
    _check_length(words, longest=_SHORT)
    return _publish(call, _Draft(text=words, source=source))


def destroy(call: Call) -> dict[str, Any]:
    """`statuses/destroy`: the owner deletes a post."""
    post = known.find(call.number("id", 0))
    if post is None or rendering.is_gone(post):
        raise WeiboError(20101)
    if post.user_id != call.caller.uid:
        raise WeiboError(20102)
    shown = rendering.status(post, now=call.now)
    with memory.writing():
        Post.objects.filter(pk=post.pk, deleted_at=None).update(deleted_at=call.now, deleted_by="owner")
    return shown


def id_at(moment: datetime) -> int:
    """An id above all others, in the order of business time. Write lock held by the caller."""
    if not _last_id:
        _last_id.append(Post.objects.aggregate(largest=Max("id"))["largest"] or 0)
    _last_id[0] = max((int(moment.timestamp()) - _ID_EPOCH) << _ID_SHIFT, _last_id[0] + 1)
    return _last_id[0]


def forget_last_id() -> None:
    """Look for the largest id anew; called when the book was emptied."""
    _last_id.clear()


def _draft(call: Call, *, pic_ids: list[str], empty_text: str = "") -> _Draft:
    """Check what all original posts have in common."""
    _check_rip(call)
    words = call.params.get("status") or empty_text
    longest = _LONG if call.params.get("is_longtext") == "1" else _SHORT
    _check_length(words, longest=longest)
    visible = call.number("visible", 0)
    if visible not in {0, 1, 2, 3} or (visible == 3 and not call.params.get("list_id")):
        raise WeiboError(10017)
    return _Draft(text=words, annotations=_annotations(call), pic_ids=pic_ids, visible=visible)


def _check_rip(call: Call) -> None:
    """The real IP of the operating user is required outside the commercial family."""
    if not call.request.path.endswith("/biz.json"):
        call.need("rip")


def _check_length(words: str, *, longest: int) -> None:
    if not words.strip():
        raise WeiboError(20008)
    if text.length(words) > longest:
        raise WeiboError(20012)


def _annotations(call: Call) -> list[dict[str, Any]]:
    """The annotations: a JSON list of objects, at most 512 characters."""
    sent = call.params.get("annotations", "")
    if len(sent) > _LONGEST_ANNOTATIONS:
        raise WeiboError(10017, "Parameter (annotations)'s value invalid, see doc for more info!")
    try:
        parsed = json.loads(sent or "[]")
    except ValueError:
        raise WeiboError(10008) from None
    parsed = [parsed] if isinstance(parsed, dict) else parsed
    if not isinstance(parsed, list) or not all(isinstance(one, dict) for one in parsed):
        raise WeiboError(10008)
    return parsed


def _publish(call: Call, draft: _Draft) -> dict[str, Any]:
    """Make the post and answer it."""
    if call.caller.platform:
        raise WeiboError(21335)
    limits.charge_post(uid=call.caller.uid, now=call.now)
    with memory.writing():
        _refuse_repeat(call, draft)
        second = call.now.replace(microsecond=0)
        numbers = [str(one["weitask_order"]) for one in draft.annotations if one.get("weitask_order")]
        made = Post.objects.create(
            id=id_at(second),
            user=known.users([call.caller.uid])[call.caller.uid],
            text=text.with_short_links(draft.text),
            raw_text=draft.text,
            created_at=second,
            readable_from=call.now + timedelta(seconds=call.hidden_for),
            visible=draft.visible,
            annotations=draft.annotations,
            order_number=numbers[0][:64] if numbers else "",
            source=draft.source,
            root=(draft.source.root or draft.source) if draft.source else None,
            pic_ids=draft.pic_ids,
            rip=call.params.get("rip", "")[:45],
        )
    return rendering.status(made, now=call.now)


def _refuse_repeat(call: Call, draft: _Draft) -> None:
    """20019 for the same words again within the window, where the switch is on."""
    if not switches.get("refuse_repeats"):
        return
    since = call.now - timedelta(seconds=switches.get("repeat_window"))
    same = Post.objects.filter(user_id=call.caller.uid, raw_text=draft.text, created_at__gte=since)
    if same.filter(source=draft.source).exists():
        raise WeiboError(20019)
