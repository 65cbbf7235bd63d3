"""A picture to attach."""

from io import BytesIO

from PIL import Image, ImageDraw


def poster() -> dict[str, object]:
    """A small PNG as a file chooser gives it."""
    picture = Image.new("RGB", (640, 480), "#f3e9dc")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((180, 100, 460, 380), fill="#c2410c")
    draw.ellipse((230, 150, 410, 330), fill="#f59e0b")
    kept = BytesIO()
    picture.save(kept, "PNG")
    return {"name": "招牌.png", "mimeType": "image/png", "buffer": kept.getvalue()}
