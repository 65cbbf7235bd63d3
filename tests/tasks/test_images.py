"""Pictures come in as pixels only (F59)."""

import io
import struct
import subprocess
import time
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture

from tasks import image_decoding, images
from tests.factories import AdvertiserFactory
from tests.moments import MONDAY
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def encoded(kind: str = "JPEG", *, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Picture.new(mode, size, "red").save(out, kind, **options)
    return out.getvalue()


def store(content: bytes, name: str = "火锅.jpg"):
    upload = SimpleUploadedFile(name, content)
    upload.name = name
    return images.store(advertiser=AdvertiserFactory(), upload=upload, now=MONDAY)


def content_of(kept) -> bytes:
    with kept.file.open() as file:
        return file.read()


def refused(content: bytes, name: str = "a.jpg") -> str:
    with pytest.raises(Refusal) as refusal:
        store(content, name)
    return refusal.value.code


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("JPEG", "a.JPEG"), ("PNG", "a.png"), ("GIF", "a.gif")])
def test_each_of_the_three_formats_is_taken(kind, name):
    kept = store(encoded(kind), name)
    assert (kept.width, kept.height) == (60, 40)
    assert kept.name == name


def test_a_stored_picture_has_a_random_name_and_no_exif():
    exif = Picture.Exif()
    exif[0x8825] = {1: "N"}  # GPS
    exif[0x010E] = "secret description"
    kept = store(encoded(exif=exif))
    content = content_of(kept)
    assert b"secret description" not in content
    assert not Picture.open(io.BytesIO(content)).getexif()
    assert "火锅" not in kept.file.name


def test_a_picture_turned_by_its_exif_is_turned_for_good():
    exif = Picture.Exif()
    exif[0x0112] = 6
    assert (store(encoded(exif=exif)).width, store(encoded(exif=exif)).height) == (40, 60)


def test_what_is_hidden_behind_the_picture_is_gone():
    kept = store(encoded() + b"PK\x03\x04<script>alert(1)</script>")
    assert b"<script>" not in content_of(kept)


def test_transparency_stays_in_a_small_png():
    kept = store(encoded("PNG", mode="RGBA"), "a.png")
    assert Picture.open(io.BytesIO(content_of(kept))).mode == "RGBA"


def test_a_large_png_becomes_a_jpeg():
    kept = store(encoded("PNG", size=(2000, 1500), mode="RGBA"), "a.png")
    assert Picture.open(io.BytesIO(content_of(kept))).format == "JPEG"


def test_a_moving_picture_moves_on():
    frames = [Picture.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=50)
    assert Picture.open(io.BytesIO(content_of(store(out.getvalue(), "a.gif")))).n_frames == 3


def test_more_than_five_megabytes_are_refused():
    assert refused(encoded() + b"0" * 5 * 1024 * 1024) == "image_too_large"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.jpg"),
        (b"%PDF-1.7", "a.jpg"),
        (b"", "a.jpg"),
        (encoded("PNG"), "a.jpg"),
        (encoded("JPEG"), "a.php"),
        (encoded("BMP"), "a.bmp"),
        (encoded("WEBP"), "a.webp"),
    ],
)
def test_another_type_or_a_lying_ending_is_refused(content, name):
    assert refused(content, name) == "image_type"


@pytest.mark.parametrize("content", [encoded()[:300], b"\xff\xd8\xff" + b"garbage" * 50, b"GIF89a\x00"])
def test_a_damaged_picture_is_refused(content):
    name = "a.gif" if content.startswith(b"GIF") else "a.jpg"
    assert refused(content, name) == "image_unreadable"


def huge_png(side: int) -> bytes:
    """A few hundred bytes that claim `side` × `side` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + chunk(b"IEND", b"")
    )


def test_thirty_thousand_pixels_square_are_refused_within_a_second():
    begun = time.monotonic()
    assert refused(huge_png(30_000), "a.png") == "image_too_many_pixels"
    assert time.monotonic() - begun < 1


def test_a_moving_picture_of_many_frames_is_refused():
    frames = [Picture.new("L", (4, 4), at % 255) for at in range(300)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert refused(out.getvalue(), "a.gif") == "image_too_many_pixels"


def test_a_picture_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(images, "SECONDS", 0.001)
    assert refused(encoded()) == "image_unreadable"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/a.jpg", "a.jpg"),
        ("c:\\x\\a.jpg", "a.jpg"),
        ("a\x00\nb.jpg", "ab.jpg"),
        ("x" * 300 + ".jpg", "x" * 116 + ".jpg"),
    ],
)
def test_only_the_bare_name_is_kept_for_screening(given, kept):
    assert store(encoded(), given).name == kept


# --- The decoder itself, in this process ---------------------------------------------------------------------------


def decoded(content: bytes, monkeypatch) -> tuple[int, bytes, str]:
    """Exit code, answer and complaint of the decoding program."""
    out, complaint = io.BytesIO(), io.StringIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(out, write_through=True))
    monkeypatch.setattr("sys.stderr", complaint)
    monkeypatch.setattr(Picture, "MAX_IMAGE_PIXELS", Picture.MAX_IMAGE_PIXELS)
    return image_decoding.main(), out.getvalue(), complaint.getvalue()


def test_the_decoder_answers_format_and_size_first(monkeypatch):
    code, answer, _complaint = decoded(encoded("PNG"), monkeypatch)
    assert (code, answer.partition(b"\n")[0]) == (0, b"PNG 60 40")


def test_the_decoder_says_why_it_refuses(monkeypatch):
    assert decoded(huge_png(30_000), monkeypatch)[::2] == (2, "pixels")


def test_a_still_gif_and_a_palette_become_flat_jpegs():
    for content in (encoded("GIF"), encoded("PNG", size=(1500, 1500), mode="LA")):
        kind, _size, fresh = image_decoding.decode(content)
        assert (kind, Picture.open(io.BytesIO(fresh)).mode) == ("JPEG", "RGB")


def test_frames_are_counted_before_they_are_drawn():
    frames = [Picture.new("L", (4, 4), at % 255) for at in range(121)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(image_decoding.Unfit, match="frames"):
        image_decoding.decode(out.getvalue())


def test_frames_of_a_moving_picture_stay_in_order():
    frames = [Picture.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=50)
    kind, size, fresh = image_decoding.decode(out.getvalue())
    moving = Picture.open(io.BytesIO(fresh))
    assert (kind, size, moving.n_frames, moving.convert("RGB").getpixel((0, 0))) == ("GIF", (20, 20), 2, (255, 0, 0))


def test_a_size_that_lies_does_not_help():
    upload = SimpleUploadedFile("a.jpg", encoded() + b"0" * 5 * 1024 * 1024)
    upload.size = 10
    with pytest.raises(Refusal) as refusal:
        images.store(advertiser=AdvertiserFactory(), upload=upload, now=MONDAY)
    assert refusal.value.code == "image_too_large"


def test_a_picture_that_grew_beyond_weibos_limit_is_refused(monkeypatch):
    grown = subprocess.CompletedProcess([], 0, stdout=b"JPEG 60 40\n" + b"0" * 5_242_881, stderr=b"")
    monkeypatch.setattr(images.subprocess, "run", lambda *_args, **_options: grown)
    assert refused(encoded()) == "image_too_large"
