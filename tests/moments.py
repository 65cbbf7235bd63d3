"""Moments in Shanghai that tests speak of."""

from datetime import datetime, timedelta

from weitask.periods import SHANGHAI

MONDAY = datetime(2026, 1, 5, 10, 0, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
FRIDAY = datetime(2026, 1, 9, 0, 0, tzinfo=SHANGHAI)  # a cut-off
