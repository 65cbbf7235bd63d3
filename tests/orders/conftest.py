"""Fixtures of the orders' tests."""

import pytest

from tests.moments import MONDAY
from weitask import clock


@pytest.fixture
def pinned(db) -> None:
    """The business clock stands still, as in a rehearsal: a sweep's `now` is exact to the microsecond."""
    clock.pin(at=MONDAY)
