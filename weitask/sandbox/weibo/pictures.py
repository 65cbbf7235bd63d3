"""Pictures: what may be uploaded and where it is kept (weibo.md 4)."""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from weitask.sandbox import memory
from weitask.sandbox.models import Picture
from weitask.sandbox.weibo.errors import WeiboError
from weitask.sandbox.weibo.wire import Call

_LARGEST = 5 * 1024 * 1024
_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"))


def upload_pic(call: Call) -> dict[str, Any]:
    """`statuses/upload_pic/biz`: keep a picture, answer its id."""
    pic_id = keep(call.request)
    base = f"{settings.SANDBOX_PUBLIC_BASE}/pictures"
    return {
        "pic_id": pic_id,
        "thumbnail_pic": f"{base}/thumbnail/{pic_id}",
        "bmiddle_pic": f"{base}/bmiddle/{pic_id}",
        "original_pic": f"{base}/large/{pic_id}",
    }


def keep(request: HttpRequest) -> str:
    """Check and keep the `pic` of a multipart request; the same bytes get the same id."""
    sent = request.FILES.get("pic")
    if request.content_type != "multipart/form-data" or sent is None:
        raise WeiboError(20007)
    if (sent.size or 0) >= _LARGEST:
        raise WeiboError(20006)
    content = sent.read()
    content_type = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    if content_type is None:
        raise WeiboError(20005)
    pic_id = "005" + hashlib.sha256(content).hexdigest()[:20]
    with memory.writing():
        Picture.objects.get_or_create(pic_id=pic_id, defaults={"content_type": content_type, "content": content})
    return pic_id


def check(pic_ids: list[str]) -> None:
    """At most nine, all uploaded before; WeiboError 10017 otherwise."""
    kept = set(Picture.objects.filter(pk__in=pic_ids).values_list("pk", flat=True)) if pic_ids else set()
    if len(pic_ids) > 9 or not kept.issuperset(pic_ids):
        raise WeiboError(10017, "Parameter (pic_id)'s value invalid, see doc for more info!")
