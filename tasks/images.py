"""原发配图: taken in only as pixels, decoded in a process of its own (F59, weibo.md section 4)."""

import hashlib
import os
import secrets
import subprocess
import sys
import unicodedata
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.models import Advertiser
from tasks.image_decoding import MAX_BYTES, SECONDS
from tasks.models import Image
from weitask.refusal import Refusal

ENDINGS: Final = {"JPEG": (".jpg", ".jpeg", ".jpe"), "PNG": (".png",), "GIF": (".gif",)}
_SIGNATURES: Final = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"GIF87a", "GIF"), (b"GIF89a", "GIF"))
_DECODER: Final = Path(__file__).with_name("image_decoding.py")
_NAME_LENGTH: Final = 120
_FIELD: Final = "image"


def store(*, advertiser: Advertiser, upload: UploadedFile, now: datetime) -> Image:
    """Keep a picture as new pixels under a random name; the name it came with is kept as words only, for screening.

    Raises:
        Refusal: too large (5 MB), no JPEG, PNG or GIF, an ending that lies, too many pixels or frames, damaged.
    """
    name = _bare_name(upload.name or "")
    if (upload.size or 0) > MAX_BYTES:
        raise Refusal("image_too_large", _("图片不能超过 5 MB"), field=_FIELD)
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Refusal("image_too_large", _("图片不能超过 5 MB"), field=_FIELD)
    claimed = next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)
    if claimed is None or not name.lower().endswith(ENDINGS[claimed]):
        raise Refusal("image_type", _("只支持 JPG、PNG、GIF 图片，且扩展名须与内容一致"), field=_FIELD)
    kind, width, height, fresh = _fresh(content)
    image = Image(advertiser=advertiser, name=name, width=width, height=height, created_at=now)
    image.sha256 = hashlib.sha256(fresh).hexdigest()
    image.file.save(f"{secrets.token_hex(16)}{ENDINGS[kind][0]}", ContentFile(fresh), save=False)
    image.save()
    return image


def _fresh(content: bytes) -> tuple[str, int, int, bytes]:
    """Format, width, height and bytes of the picture encoded anew."""
    command = [sys.executable, "-I", str(_DECODER)]
    environment = {"PATH": os.defpath, "OMP_NUM_THREADS": "1"}  # our keys stay here
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, env=environment)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Refusal("image_unreadable", _("图片过于复杂，无法处理"), field=_FIELD) from None
    if done.returncode != 0:
        if done.stderr in (b"pixels", b"frames"):
            raise Refusal("image_too_many_pixels", _("图片尺寸或帧数过大"), field=_FIELD)
        raise Refusal("image_unreadable", _("图片已损坏，无法读取"), field=_FIELD)
    head, _newline, fresh = done.stdout.partition(b"\n")
    kind, width, height = head.decode("ascii").split()
    if len(fresh) > MAX_BYTES:
        raise Refusal("image_too_large", _("图片不能超过 5 MB"), field=_FIELD)
    return kind, int(width), int(height), fresh


def _bare_name(name: str) -> str:
    """The last part of a name without what cannot be printed; never used as a path."""
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(letter for letter in last if not unicodedata.category(letter).startswith("C"))
    stem, dot, ending = shown.rpartition(".")
    return f"{stem[: _NAME_LENGTH - len(ending) - 1]}{dot}{ending}" if len(ending) < 10 else shown[:_NAME_LENGTH]
