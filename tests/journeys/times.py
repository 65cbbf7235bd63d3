"""`make times`: how long the server takes for each page on the demo's market, the slowest first.

Each page is asked for `ROUNDS` times in this process after one time to warm up: middleware, view, queries and template,
without the network. The 95th percentile stands beside the middle one, and the budget of the product is for it. What a
process of tests does besides is taken out: its templates note every rendering for assertions, and its heap is large.
How quick the machine was meanwhile stands below: a loop that is the same everywhere, timed between the pages.
"""

import statistics
import sys
import time
from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.template import Template
from django.test import Client
from django.test.utils import _TestState

from tests.every_page import Page, everybody
from tests.journeys import demo
from weitask import heap

pytestmark = pytest.mark.timeout(1800)

ROUNDS, BUDGET = 40, 100  # ms
LOOP = 200_000


def test_every_page_is_timed(committed, sandbox, settings, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Template, "_render", _TestState.saved_data.template_render)
    with demo.market(settings, media=tmp_path / "media") as (_address, rows):
        times, loops = {}, []
        heap.settle()
        for who, pages in everybody(rows).items():
            client = Client()
            if who:
                client.cookies[configured.SESSION_COOKIE_NAME] = demo.cookie(who)
            for page in pages:
                times[page.name] = _timed(client, page, rows)
                loops.append(_loop())
    with capsys.disabled():
        sys.stdout.write("\n".join(["", "  p95 ms  middle  page", *_table(times), ""]))
        sys.stdout.write(f"a loop over {LOOP:,} squares took {min(loops):.1f} to {max(loops):.1f} ms, ")
        sys.stdout.write(f"in the middle {statistics.median(loops):.1f}\n")


def _table(times: dict[str, tuple[float, float]]) -> Iterator[str]:
    for name, (middle, late) in sorted(times.items(), key=lambda one: -one[1][1]):
        yield f"{late:8.1f}{middle:8.1f}  {name}"
    yield f"{len(times)} pages, {sum(late > BUDGET for _, late in times.values())} over {BUDGET} ms"


def _loop() -> float:
    """Milliseconds of a loop that does the same work on any machine."""
    began = time.perf_counter()
    sum(number * number for number in range(LOOP))
    return 1000 * (time.perf_counter() - began)


def _timed(client: Client, page: Page, rows: demo.Rows) -> tuple[float, float]:
    """Milliseconds: the middle and the 95th percentile."""
    path = page.path(rows)
    took = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        client.get(path)
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took[1:]), statistics.quantiles(took[1:], n=20)[-1]
