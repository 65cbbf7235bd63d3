"""`make screenshots`: every page as wide as a desk and as a phone, light and dark, into docs/screenshots/.

The market shown is the demo's own. Only the best few pictures are committed; the others are for looking. With
PAGES=market,task there are those alone.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from tests.every_page import everybody
from tests.journeys import demo
from tests.journeys.browser import DESK, PHONE, Window, executable, windows

pytestmark = pytest.mark.timeout(1800)

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


def test_every_page_is_pictured(committed, sandbox, settings, tmp_path):
    executable()
    FOLDER.mkdir(parents=True, exist_ok=True)
    only = [name for name in os.environ.get("PAGES", "").split(",") if name]
    with demo.market(settings, media=tmp_path / "media") as (address, rows):
        people = {
            who: [page for page in pages if not only or page.name in only] for who, pages in everybody(rows).items()
        }
        cookies = {who: demo.cookie(who) for who in people if who}
        with windows(address) as opened:
            for look in LOOKS:
                for who, pages in people.items():
                    window = opened.open(**look)
                    if who:
                        window.enter(cookies[who])
                    for page in pages:
                        window.go(page.path(rows))
                        if page.status != 200:
                            window.forgive(page.path(rows))
                        _keep(window, "-".join([page.name, *(name for name, on in look.items() if on)]))
                    window.page.context.close()


LOOKS = [{"phone": phone, "dark": dark} for phone in (False, True) for dark in (False, True)]


def _keep(window: Window, name: str) -> None:
    """The page from top to bottom, what is fixed to an edge at its edge, in 256 colours: sharp words, small files."""
    window.page.wait_for_load_state("networkidle")
    high = window.page.evaluate("document.documentElement.scrollHeight")
    seen = PHONE if window.page.viewport_size == PHONE else DESK
    window.page.set_viewport_size({"width": seen["width"], "height": max(high, seen["height"])})
    picture = Image.open(io.BytesIO(window.page.screenshot()))
    window.page.set_viewport_size(seen)
    picture.convert("RGB").quantize(256).save(FOLDER / f"{name}.png", optimize=True)
