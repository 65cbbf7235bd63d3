"""Every page of the product in Chromium, on the demo's market: axe-core finds nothing serious or critical, script and
style stay light, and no console complains."""

from collections.abc import Iterator

import pytest

from tests.every_page import CHIEF, PEOPLE, Page, everybody
from tests.journeys import demo, looking
from tests.journeys.browser import Window, executable, windows
from weitask import clock

pytestmark = [pytest.mark.journey, pytest.mark.timeout(2400 if looking.THOROUGH else 900)]

LIGHT, WITH_CHARTS = 250_000, 450_000  # bytes of script and style on a first visit, compressed


@pytest.mark.parametrize("side", ["people", "desk"])
def test_every_page_is_open_to_everybody_and_light(side, committed, sandbox, settings, tmp_path):
    executable()
    days = demo.days_with_payouts(clock.now())  # the whole month takes longer than the walk
    with demo.market(settings, media=tmp_path / "media", days=days) as (address, rows):
        walk = {who: pages for who, pages in everybody(rows).items() if (who in PEOPLE) == (side == "people")}
        cookies = {who: demo.cookie(who) for who in walk if who}
        with windows(address) as opened:
            wrong: list[str] = []
            for who, pages in walk.items():
                window = opened.open()
                if who:
                    window.enter(cookies[who])
                for page in pages:
                    wrong += [f"{page.name}: {what}" for what in _wrong(window, page, rows, who)]
    assert not wrong, "\n".join(wrong)


def _wrong(window: Window, page: Page, rows: demo.Rows, who: str) -> Iterator[str]:
    path = page.path(rows)
    answer = window.go(path)
    if answer is None or (window.page.url, answer.status) != (window.address + path, page.status):
        yield f"{path} led to {window.page.url}"
        return
    if page.status != 200:
        window.forgive(path)
    weight = looking.weight(window.page)
    if weight > (WITH_CHARTS if page.has_charts else LIGHT):
        yield f"{weight:,} bytes of script and style"
    yield from map(str, looking.findings(window.page, is_one_of_many=who == CHIEF))
