"""The system's Chromium under Playwright, and one person's window in it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import ConsoleMessage, Locator, Page, Response, sync_playwright

from tests.journeys.cast import PASSWORD
from weitask.local.checks import chromium

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_CONTEXTS = ("button", "page")  # in which the catalogue knows a word more than once
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
_READ = """() => [document.body.innerText, document.title,
  ...[...document.querySelectorAll("[title], [aria-label], [placeholder], [alt]")].flatMap((one) =>
    ["title", "aria-label", "placeholder", "alt"].map((name) => one.getAttribute(name)))].join("\\n")"""
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def executable() -> str:
    """Where Chromium is; without one the journeys are skipped, on a build machine they fail."""
    found = chromium()
    if found is None or shutil.which(found) is None:
        reason = "no Chromium: install Debian's package chromium, or set CHROMIUM to one"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


class Windows:
    """Opens a window per person on one site; remembers everything a console complained about."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=executable(), args=list(QUIET))

    def open(self, *, phone: bool = False, dark: bool = False, language: str = "zh-CN") -> "Window":
        """A fresh profile of its own: nobody is logged in."""
        context = self._browser.new_context(
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            locale=language,
            timezone_id="America/New_York",  # pages speak of Shanghai time wherever their reader is
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("response", self._answered)
        return Window(context.new_page(), self.address, self.complaints)

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")


@contextmanager
def windows(address: str) -> Iterator[Windows]:
    """Windows that are all closed at the end, and the check that no page complained."""
    executable()
    opened = Windows(address)
    try:
        yield opened
    finally:
        opened.close()
    assert not opened.complaints, "\n".join(opened.complaints)


class Window:
    """One person's page, with the words in which a journey is told; they are given in Chinese, whatever is read.

    Attributes:
        foreign: after the switch to English, the Chinese that was found on pages of ours before each step.
    """

    def __init__(self, page: Page, address: str, complaints: list[str]) -> None:
        self.page = page
        self.address = address
        self.language = "zh-hans"
        self.foreign: set[str] = set()
        self._complaints = complaints
        page.on("dialog", lambda dialog: dialog.accept())

    def word(self, text: str, **values: str) -> str:
        """A text of our pages in the language of this window."""
        with translation.override(self.language):
            found = (pgettext(context, text) for context in _CONTEXTS)
            said = next((one for one in found if one != text), gettext(text))
        return said % values if values else said

    def in_english(self) -> "Window":
        """Switch the language by the button of every page."""
        self.press("EN")
        self.page.locator("html[lang=en]").wait_for()
        self.language = "en"
        return self

    def look(self) -> None:
        """Read the page for Chinese, once it is to be English."""
        if self.language == "en" and self.page.url.startswith(self.address):
            self.foreign |= set(_CHINESE.findall(self.page.evaluate(_READ)))

    def go(self, path: str) -> Response | None:
        self.look()
        return self.page.goto(self.address + path)

    def forgive(self, path: str) -> None:
        """A page that is meant to answer with an error is complained about by the console itself."""
        self._complaints[:] = [one for one in self._complaints if not one.endswith(f"({self.address}{path})")]

    def enter(self, session_key: str) -> None:
        """Be whose session this is, without the form."""
        held = {"name": settings.SESSION_COOKIE_NAME, "value": session_key, "url": self.address}
        self.page.context.add_cookies([held])

    def log_in(self, username: str, *, password: str = PASSWORD, to: str = "/accounts/login/") -> None:
        """By the form, which every page for somebody leads to."""
        self.go(to)
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", password)
        self.page.locator("form:has([name=password]) button[type=submit]").click()
        self.page.wait_for_url(lambda url: "login" not in url)

    def press(self, name: str, *, within: "Locator | None" = None) -> None:
        """Press the button of exactly this name."""
        self.look()
        (within or self.page).get_by_role("button", name=self.word(name), exact=True).first.click()

    def follow(self, name: str, *, within: "Locator | None" = None) -> None:
        """Follow the first link with these words."""
        self.look()
        (within or self.page).get_by_role("link", name=self.word(name)).first.click()

    def sees(self, words: str) -> None:
        """Wait until these words stand on the page, up to their first figure."""
        self.page.get_by_text(self.word(words).partition("%(")[0]).first.wait_for()

    def step(self, name: str) -> None:
        """Press a button of the demo bar and wait until the clock has moved."""
        self.look()
        number, _space, unit = name.rpartition(" ")
        shown = f"{number} {self.word(unit)}".strip()
        button = self.page.locator(".wt-demo").get_by_role("button", name=shown, exact=True).first
        button.click(timeout=90_000)  # it waits for the answer, and a day has many sweeps
        moved = self.word("时间已推进到 %(time)s（北京时间），处理了 %(count)s 项。").partition("%(")[0]
        self.page.get_by_text(moved).wait_for(timeout=90_000)
