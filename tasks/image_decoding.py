"""A program of its own: an untrusted picture on standard input, a fresh one on standard output (F59).

It runs in a process with little memory and time, so that a picture made to burst bursts here. Only pixels survive:
metadata, colour profiles, appended archives and scripts do not. The first line of the answer is `format width height`.
Exit code 2: not a picture we take; the reason is on standard error.
"""

import io
import resource
import sys
from typing import Final

from PIL import Image, ImageOps, ImageSequence

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_SIDE: Final = 8_000
MAX_PIXELS: Final = 16_000_000
MAX_FRAMES: Final = 120
MAX_MOVING_PIXELS: Final = 30_000_000  # width × height × frames
MEMORY: Final = 700 * 1024 * 1024  # address space, much of it libraries
SECONDS: Final = 8
PNG_PIXELS: Final = 2_000_000  # a larger one becomes JPEG: photographs as PNG outgrow Weibo's 5 MB


class Unfit(Exception):
    """Not a picture we take."""


def decode(content: bytes) -> tuple[str, tuple[int, int], bytes]:
    """Format (`JPEG`, `PNG`, `GIF`), size in pixels, and the newly encoded bytes."""
    image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF"))
    width, height = image.size
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise Unfit("pixels")
    frames = int(getattr(image, "n_frames", 1)) if image.format == "GIF" else 1
    if frames > 1:
        return _moving(image, frames)
    image.load()
    return _still(image)


def _still(image: Image.Image) -> tuple[str, tuple[int, int], bytes]:
    # A phone turns the picture by a tag; the tag goes, so the pixels are turned.
    upright = ImageOps.exif_transpose(image)
    small = upright.width * upright.height <= PNG_PIXELS
    if image.format == "PNG" and small:
        return "PNG", upright.size, _bytes(upright.convert("RGBA" if _has_alpha(upright) else "RGB"), "PNG")
    return "JPEG", upright.size, _bytes(_flat(upright), "JPEG")


def _moving(image: Image.Image, frames: int) -> tuple[str, tuple[int, int], bytes]:
    if frames > MAX_FRAMES or image.width * image.height * frames > MAX_MOVING_PIXELS:
        raise Unfit("frames")
    shown = [frame.convert("RGB").quantize(128) for frame in ImageSequence.Iterator(image)]
    out = io.BytesIO()
    pause = int(image.info.get("duration") or 100)
    shown[0].save(out, "GIF", save_all=True, append_images=shown[1:], duration=pause, loop=0)
    return "GIF", image.size, out.getvalue()


def _has_alpha(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency, on white."""
    if not _has_alpha(image):
        return image.convert("RGB")
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.convert("RGBA").getchannel("A"))
    return page


def _bytes(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    # A bare copy: `save` would otherwise carry comments and profiles of `info` along.
    image.info = {}
    image.save(out, kind, **({"quality": 88} if kind == "JPEG" else {"compress_level": 6}))
    return out.getvalue()


def confine() -> None:
    """No more memory and time for this process than a picture needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main() -> int:
    """Read, decode, write."""
    Image.MAX_IMAGE_PIXELS = None  # `decode` looks at the size before a pixel is read
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        kind, (width, height), fresh = decode(content)
    except Exception as error:
        sys.stderr.write(str(error)[:200])
        return 2
    sys.stdout.buffer.write(f"{kind} {width} {height}\n".encode() + fresh)
    return 0


if __name__ == "__main__":
    confine()
    raise SystemExit(main())
