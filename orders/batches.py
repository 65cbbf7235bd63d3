"""Work on many rows in transactions of a bounded size; a row that fails is set aside, not in the way of the others."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from weitask.alarms import raise_alarm
from weitask.models import Alarm
from weitask.retrying import retrying

logger = logging.getLogger(__name__)
SIZE: Final = 2_000  # rows of one transaction


def in_batches(
    *, ids: Sequence[int], work: Callable[[Sequence[int]], int], sweep: str, now: datetime, size: int = SIZE
) -> int:
    """Call `work` with slices of `ids`, each in its own transaction; returns the sum of its answers.

    A slice that fails is halved until the failing row stands alone; that one is logged and an alarm is raised.
    """
    done = 0
    for start in range(0, len(ids), size):
        done += _isolating(ids[start : start + size], work, sweep=sweep, now=now)
    return done


def _isolating(ids: Sequence[int], work: Callable[[Sequence[int]], int], *, sweep: str, now: datetime) -> int:
    def once() -> int:
        with transaction.atomic():
            return work(ids)

    try:
        return retrying(once)
    except Exception as error:
        if len(ids) > 1:
            half = len(ids) // 2
            return sum(_isolating(part, work, sweep=sweep, now=now) for part in (ids[:half], ids[half:]))
        logger.exception("%s cannot do row %s", sweep, ids[0])
        text = f"{type(error).__name__}: {error}"[:500]
        raise_alarm(kind=Alarm.Kind.SWEEP_ROW, key=f"{sweep}:{ids[0]}", text=text, now=now)
        return 0
