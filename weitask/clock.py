"""The business clock: the database's clock plus the stored demo offset, or the pinned moment of a rehearsal (spec 9).

Only the edge (a page, the API, a job, a command) asks it; domain functions take `now`.
"""

from datetime import UTC, datetime
from typing import Final

from django.db import connection

# For a statement of the edge that needs the time in itself.
NOW: Final = """
SELECT coalesce(pinned, clock_timestamp() + "offset") FROM weitask_clock
UNION ALL SELECT clock_timestamp() LIMIT 1
"""
_SET = """
INSERT INTO weitask_clock (id, "offset", pinned) VALUES (1, {offset}, %s)
ON CONFLICT (id) DO UPDATE SET "offset" = excluded."offset", pinned = excluded.pinned
"""


def now() -> datetime:
    """The business time, aware, UTC. One answer for all processes, whatever their own clocks say (F17)."""
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        moment: datetime = cursor.fetchone()[0]
    return moment


def real() -> datetime:
    """The database's own clock, for leases and heartbeats only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def of_process() -> datetime:
    """This process's own clock: for time stamps on the wire only, never for a decision."""
    return datetime.now(UTC)


def advance(*, to: datetime) -> None:
    """Move the offset so that it is `to` now; a clock that runs on (demo).

    Raises:
        ValueError: `to` lies in the past of the business clock; stepping is forward only.
    """
    if to < now():
        message = f"the clock only goes forward: {to.isoformat()}"
        raise ValueError(message)
    with connection.cursor() as cursor:
        cursor.execute(_SET.format(offset="%s - clock_timestamp()"), [to, None])


def pin(*, at: datetime) -> None:
    """Stand still at a moment (rehearsal and tests)."""
    with connection.cursor() as cursor:
        cursor.execute(_SET.format(offset="interval '0'"), [at])


def release() -> None:
    """Back to the database's own clock: no offset, nothing pinned."""
    with connection.cursor() as cursor:
        cursor.execute(_SET.format(offset="interval '0'"), [None])
