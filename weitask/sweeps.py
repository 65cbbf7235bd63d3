"""The table is the queue: sweeps look for due rows, at intervals, and leave a heartbeat (architecture 1.2, 7).

Each app registers its sweeps in its `jobs.py`. Beat rings them at the intervals of `weitask.celery`; the demo clock and
the rehearsal step through the moments at which something is due (`next_due`) and run the very same sweeps.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

logger = logging.getLogger(__name__)
STEPPING: Final = "stepping"  # the lease a stepper of the clock holds; real sweeps stand back meanwhile
LEASE: Final = timedelta(seconds=120)
BEATS: Final = 12  # in the time after which a missing look is bad

_TAKE = """
INSERT INTO weitask_lease (name, owner, until) VALUES (%s, %s, clock_timestamp() + %s * interval '1 second')
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE weitask_lease.until <= clock_timestamp() OR weitask_lease.owner = excluded.owner
"""
_DROP = "DELETE FROM weitask_lease WHERE name = %s AND owner = %s"
_STEPPER = "SELECT owner FROM weitask_lease WHERE name = %s AND until > clock_timestamp()"
_BEFORE = """
SELECT (SELECT owner FROM weitask_lease WHERE name = %s AND until > clock_timestamp()),
       EXISTS (SELECT FROM weitask_heartbeat WHERE name = %s AND done = 0 AND failed = ''
               AND looked_at > clock_timestamp() - %s * interval '1 second')
"""
_BEAT = """
INSERT INTO weitask_heartbeat (name, looked_at, done, failed) VALUES (%s, clock_timestamp(), %s, %s)
ON CONFLICT (name) DO UPDATE SET looked_at = excluded.looked_at, done = excluded.done, failed = excluded.failed
"""


@dataclass(frozen=True)
class Sweep:
    """One kind of due work.

    Attributes:
        name: `"orders.expire"`.
        run: does what is due at `now` and says how many rows it moved; safe to run twice and safe never to run.
        next_due: the earliest moment at which `run` has work, or None; a moment ≤ now means "now".
        leased: it calls out, so only one process runs it at a time.
        healthy_age: seconds after which a missing look is bad (spec 7, healthz).
    """

    name: str
    run: Callable[[datetime], int]
    next_due: Callable[[datetime], datetime | None]
    leased: bool = False
    healthy_age: float = 120.0


REGISTRY: Final[dict[str, Sweep]] = {}


def register(sweep: Sweep) -> Sweep:
    """Make a sweep known to beat, to healthz and to whoever steps the clock."""
    REGISTRY[sweep.name] = sweep
    return sweep


def me() -> str:
    """Who holds a lease: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def take(name: str, *, owner: str, length: timedelta = LEASE) -> bool:
    """Take a named lease row, or keep it for another `length` of real time; False when somebody else holds it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [name, owner, length.total_seconds()])
        return cursor.rowcount == 1


@contextmanager
def lease(name: str, *, owner: str, length: timedelta = LEASE) -> Iterator[bool]:
    """Hold a named lease row for at most `length` of real time; yields False when somebody else holds it."""
    held = take(name, owner=owner, length=length)
    try:
        yield held
    finally:
        if held:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_DROP, [name, owner])


def stepper() -> str | None:
    """Who is stepping the clock just now, if anybody."""
    with connection.cursor() as cursor:
        cursor.execute(_STEPPER, [STEPPING])
        row = cursor.fetchone()
    return row[0] if row else None


def look(name: str, *, now: datetime, owner: str | None = None) -> int:
    """Run one sweep once and leave its heartbeat; returns the rows it moved, 0 when it stood back.

    Errors are logged, written to the heartbeat and raised, so that the job that called sees them.
    """
    sweep = REGISTRY[name]
    who = owner or me()
    stepping, beaten = _before(sweep)
    if stepping not in (None, who):
        return 0
    if not sweep.leased:
        return _run(sweep, now, beaten=beaten)
    with lease(f"sweep:{name}", owner=who) as held:
        return _run(sweep, now, beaten=beaten) if held else 0


def _before(sweep: Sweep) -> tuple[str | None, bool]:
    """Who is stepping the clock, and whether the heartbeat says already, and lately, that there was nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [STEPPING, sweep.name, sweep.healthy_age / BEATS])
        stepping, beaten = cursor.fetchone()
    return stepping, beaten


def _run(sweep: Sweep, now: datetime, *, beaten: bool) -> int:
    failed = ""
    done = 0
    try:
        with translation.override(settings.LANGUAGE_CODE):  # whoever steps the clock, and reads it in what language
            done = sweep.run(now)
    except Exception as error:
        failed = f"{type(error).__name__}: {error}"[:300]
        logger.exception("sweep %s failed", sweep.name)
        raise
    finally:
        # A heartbeat is a commit: while nothing happens, a few in the time after which its absence is noticed do.
        if not connection.needs_rollback and (done or failed or not beaten):
            with connection.cursor() as cursor:
                cursor.execute(_BEAT, [sweep.name, done, failed])
    return done


def next_due(now: datetime) -> datetime | None:
    """The earliest moment at which any sweep has work; None when nothing will ever be due."""
    moments = [moment for sweep in REGISTRY.values() if (moment := sweep.next_due(now)) is not None]
    return min(moments, default=None)
