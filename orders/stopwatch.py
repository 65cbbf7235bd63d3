"""Business time while outside calls take their time (A6).

A sweep gets one `now`, but what it saw happened when Weibo was asked and when it answered. The stopwatch adds what the
business clock itself has moved on since the start: nothing while it is pinned, so a rehearsal stays exact.
"""

from datetime import datetime, timedelta

from weitask import clock


class Stopwatch:
    """Started at `now`; main thread only, because it asks the database."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._began = clock.now()

    def read(self) -> datetime:
        """The business time by now."""
        return self._now + max(clock.now() - self._began, timedelta(0))

    def seconds(self) -> float:
        """Business seconds since the start."""
        return (self.read() - self._now).total_seconds()
