"""Periods of Shanghai business time (A5, A8, A14, A18 say which ends count)."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
SLOT: Final = timedelta(minutes=15)  # half-open: 15:00 and 15:15 coexist (A18)
START_FROM: Final = timedelta(hours=1)  # both ends inclusive (A14)
START_TO: Final = timedelta(days=7)
POST_WINDOW: Final = timedelta(minutes=15)  # a post later than this is never made (A24)
EARN_AFTER: Final = timedelta(hours=24)  # alive at ≥ 24:00:00 passes (A5)
KEEP_FOR: Final = timedelta(days=30)
FRIDAY: Final = 4


def shanghai(moment: datetime) -> datetime:
    """The same instant on a clock in Shanghai."""
    return moment.astimezone(SHANGHAI)


def midnight(day: date) -> datetime:
    """00:00 Shanghai of a calendar day."""
    return datetime.combine(day, time(), SHANGHAI)


def cutoff_at_or_before(now: datetime) -> datetime:
    """The newest Friday 00:00 Shanghai that is not after `now` (R126)."""
    day = shanghai(now).date()
    return midnight(day - timedelta(days=(day.weekday() - FRIDAY) % 7))


def cutoff_for(achieved_at: datetime) -> datetime:
    """The Friday 00:00 Shanghai that takes an order earned at this instant in: exactly 00:00 counts (A8)."""
    before = cutoff_at_or_before(achieved_at)
    return before if before == achieved_at else before + timedelta(days=7)


def is_cutoff(moment: datetime) -> bool:
    """Whether a moment is a Friday 00:00:00.000 in Shanghai (L20)."""
    return cutoff_at_or_before(moment) == moment
