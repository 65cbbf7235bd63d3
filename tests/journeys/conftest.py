"""A site, its people and a browser for every journey. The database is asked before the browser starts or after it
ended: Playwright keeps a loop in this thread, and Django's ORM refuses to work beside one."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.journeys import cast, site
from tests.journeys.browser import Windows, executable, windows


@pytest.fixture
def address(committed, sandbox, settings, tmp_path: Path) -> Iterator[str]:
    """Where the site answers; its clock stands on a Monday at nine and runs."""
    executable()
    with site.served(settings, media=tmp_path / "media") as address:
        yield address


@pytest.fixture
def monday(address: str) -> datetime:
    """The moment at which the journey begins."""
    return site.start_clock()


@pytest.fixture
def people(address: str, sandbox, monday: datetime) -> None:
    cast.gather(sandbox=sandbox, now=monday)


@pytest.fixture
def browser_windows(address: str, people: None) -> Iterator[Windows]:
    with windows(address) as opened:
        yield opened
