"""How a post, a picture and a notice are put into a request (weibo.md sections 4 and 7)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from weitask.gateways import reading
from weitask.gateways.errors import Cause, Effect, PermanentError
from weitask.gateways.reading import Malformed
from weitask.gateways.weibo import records
from weitask.gateways.weibo.config import WeiboConfig
from weitask.gateways.weibo.session import Ask
from weitask.gateways.weibo_text import SHORT_LIMIT, text_length

MAX_PICTURES = 9
MAX_PICTURE_BYTES = 5 * 1024 * 1024
MAX_NOTICE_USERS = 100
MAX_OBJECT_BYTES = 32
MAX_ACTION_BYTES = 20
_SIGNATURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"))


@dataclass(frozen=True, slots=True)
class Draft:
    """An original post about to be sent; see `WeiboClient.publish`."""

    token: str = field(repr=False)
    text: str
    pic_ids: tuple[str, ...]
    order_number: str
    rip: str
    deadline: float | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice about to be sent; see `WeiboClient.notify`."""

    uids: tuple[str, ...]
    template: str
    objects: tuple[str, ...]
    action_url: str


def original(config: WeiboConfig, draft: Draft) -> Ask:
    """The request of an original post: with pictures `upload_url_text`, without `update`."""
    if len(draft.pic_ids) > MAX_PICTURES:
        raise ValueError("more than nine pictures")
    form = {
        "status": draft.text,
        "visible": "0",
        "is_longtext": "1" if text_length(draft.text) > SHORT_LIMIT else "0",
        "annotations": json.dumps([{"weitask_order": draft.order_number}], separators=(",", ":")),
        "rip": draft.rip,
    }
    path = "statuses/update/biz"
    if draft.pic_ids:
        path = "statuses/upload_url_text/biz"
        form["pic_id"] = ",".join(draft.pic_ids)
    url = f"{config.biz_base}/2/{path}.json"
    return Ask(url, Effect.WRITE, token=draft.token, form=form, deadline=draft.deadline)


def picture(config: WeiboConfig, *, token: str, content: bytes, filename: str) -> Ask:
    """The multipart request of one picture; its type is told by its first bytes, not by its name."""
    kind = next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)
    if kind is None:
        raise PermanentError(code="20005", message="not a JPEG, PNG or GIF", cause=Cause.CONTENT.value)
    if len(content) >= MAX_PICTURE_BYTES:
        raise PermanentError(code="20006", message="picture of 5 MB or more", cause=Cause.CONTENT.value)
    url = f"{config.biz_base}/2/statuses/upload_pic/biz.json"
    return Ask(url, token=token, form={}, files={"pic": (filename, content, kind)})


def notice(config: WeiboConfig, content: Notice) -> Ask:
    """The request of a notice, on the platform's token."""
    if not 1 <= len(content.uids) <= MAX_NOTICE_USERS or len(content.objects) > 3:
        raise ValueError("a notice goes to 1 to 100 users and has at most 3 objects")
    if len(content.action_url.encode()) > MAX_ACTION_BYTES:
        raise ValueError("action_url over 20 bytes; shorten it first")
    form = {"uids": ",".join(content.uids), "tpl_id": content.template}
    for at, text in enumerate(content.objects, start=1):
        form[f"objects{at}"] = _clip(text, MAX_OBJECT_BYTES)
    if content.action_url:
        form["action_url"] = content.action_url
    url = f"{config.api_base}/2/notification/send.json"
    return Ask(url, Effect.WRITE, token=config.platform_token, form=form)


def parse_pic_id(value: object) -> str:
    """The `pic_id` of an upload."""
    found = reading.text(reading.as_object(value), "pic_id")
    if not found.isalnum():
        raise Malformed("no pic_id")
    return found


def parse_short_link(value: object) -> str:
    """The first short link of an answer."""
    links = records.parse_links(value)
    if not links:
        raise Malformed("no short link")
    return links[0][0]


def _clip(text: str, most: int) -> str:
    """At most `most` bytes of UTF-8, whole characters only."""
    return text.encode()[:most].decode(errors="ignore")
