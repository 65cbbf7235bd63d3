"""Shanghai periods: which ends count (A5, A8, A18)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.moments import FRIDAY
from weitask.periods import cutoff_at_or_before, cutoff_for, is_cutoff, midnight, shanghai

MS = timedelta(milliseconds=1)


def test_an_order_achieved_at_friday_midnight_is_in():
    assert cutoff_for(FRIDAY) == FRIDAY


def test_a_millisecond_later_waits_for_the_next_friday():
    assert cutoff_for(FRIDAY + MS) == FRIDAY + timedelta(days=7)


def test_friday_in_shanghai_begins_on_thursday_at_16_utc():
    thursday = datetime(2026, 1, 8, 16, tzinfo=UTC)
    assert cutoff_for(thursday) == thursday
    assert cutoff_for(thursday + MS) == thursday + timedelta(days=7)


@pytest.mark.parametrize("hours", [0, 1, 24, 100, 167])
def test_the_newest_cutoff_stays_for_a_week(hours):
    assert cutoff_at_or_before(FRIDAY + timedelta(hours=hours)) == FRIDAY


def test_only_friday_midnight_is_a_cutoff():
    assert is_cutoff(FRIDAY)
    assert not is_cutoff(FRIDAY + timedelta(days=1))
    assert not is_cutoff(FRIDAY + MS)


def test_midnight_is_that_of_shanghai():
    assert midnight(shanghai(FRIDAY).date()).astimezone(UTC).hour == 16
