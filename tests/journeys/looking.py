"""Looking at a page as machines can: axe-core in light and dark, wide and narrow; and what it weighs.

Nothing that axe-core calls serious or critical is accepted anywhere, unfold's own markup included.
"""

import os
from dataclasses import dataclass
from functools import cache
from typing import Final

from playwright.sync_api import Page

from tests.journeys.browser import DESK, PHONE
from weitask.local import assets

THOROUGH: Final = bool(os.environ.get("THOROUGH"))  # every row, and each width in both themes: takes a while

RULES: Final = {
    "resultTypes": ["violations"],
    "preload": False,
    "iframes": False,
    "exclude": [] if THOROUGH else ["tbody tr:nth-child(n+7)"],  # rows of a list are alike
}

BOTH_WAYS: Final = [(DESK, False), (PHONE, True)]  # each width and each theme once
ALL_WAYS: Final = [*BOTH_WAYS, (DESK, True), (PHONE, False)]

_AXE: Final = """async (options) => {
  const found = await axe.run({ exclude: options.exclude }, options);
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => ({
      rule: one.id, target: node.target.join(" "), html: node.html.slice(0, 160), why: node.failureSummary,
    })));
}"""
_DARK: Final = """(dark) => {
  const root = document.documentElement;
  if ("bsTheme" in root.dataset) root.dataset.bsTheme = dark ? "dark" : "light";
  else root.classList.toggle("dark", dark);
}"""
# Colours on their way to others are no colours to judge.
_STILL: Final = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
_WEIGHT: Final = """() => performance.getEntriesByType("resource")
  .filter((one) => /\\.(js|css)$/.test(new URL(one.name).pathname))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


@dataclass(frozen=True)
class Finding:
    """One serious or critical finding of axe-core."""

    rule: str
    target: str
    html: str
    why: str
    seen: str = ""  # "1440 light" …

    def __str__(self) -> str:
        why = self.why.replace("\n", " ")
        return f"{self.seen}: {self.rule} at {self.target}: {self.html}\n      {why}"


def findings(page: Page, *, is_one_of_many: bool) -> list[Finding]:
    """Wide in light and narrow in dark, by all rules; each element once.

    Of the desk's many lists, drawn by the same templates, each is looked at wide in light only; with `THOROUGH` all are
    looked at in all ways.
    """
    page.evaluate(_STILL)
    page.evaluate(_axe())
    found: dict[tuple[str, str, bool], Finding] = {}
    for size, dark in ALL_WAYS if THOROUGH else BOTH_WAYS[: 1 if is_one_of_many else 2]:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.evaluate(_DARK, dark)
        for one in _run(page):
            finding = Finding(**one, seen=f"{size['width']} {'dark' if dark else 'light'}")
            found.setdefault((finding.rule, finding.target, dark), finding)
    page.set_viewport_size(DESK)
    return list(found.values())


def weight(page: Page) -> int:
    """Bytes of script and style that this page needs on a first visit, compressed, from the cache or not."""
    return int(page.evaluate(_WEIGHT))


@cache
def _axe() -> str:
    if not assets.AXE.exists():
        assets.make()
    return assets.AXE.read_text()


def _run(page: Page) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.evaluate(_AXE, RULES)
    return found
