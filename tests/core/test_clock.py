"""One clock decides for all processes (spec 9, F17)."""

from datetime import timedelta

import pytest

from tests.moments import DAY, MONDAY
from weitask import clock

pytestmark = pytest.mark.django_db


def test_without_an_offset_business_time_is_the_databases():
    assert abs(clock.now() - clock.real()) < timedelta(seconds=5)


def test_a_pinned_clock_stands_still():
    clock.pin(at=MONDAY)
    assert clock.now() == MONDAY == clock.now()


def test_an_advanced_clock_runs_on_from_there():
    target = clock.now() + DAY
    clock.advance(to=target)
    assert timedelta() <= clock.now() - target < timedelta(seconds=5)


def test_the_clock_never_goes_back():
    with pytest.raises(ValueError, match="forward"):
        clock.advance(to=clock.now() - DAY)
