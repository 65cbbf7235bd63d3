"""A sweep from outside: its longest transaction, its hottest statements, and how other users fare meanwhile."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction

from benchmarks import scratch
from benchmarks.result import Case, Report, must, percentile

SAMPLE: Final = 0.02  # seconds between two looks at pg_stat_activity
TWICE: Final = 2.0  # a neighbour's p95 may double, and grow by 10 ms on top
SLACK: Final = 10.0
CALM: Final = 5.0  # seconds of a neighbour alone
_AGE: Final = """
SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid = ANY(%s)
"""
_LONG_LIST: Final = re.compile(r"'\{[^']{60,}\}'|ARRAY\[[^\]]{60,}\]")


class Longest:
    """Samples how old the transactions of one connection get; `seconds` is the oldest seen."""

    def __init__(self, url: str, *, pid: int) -> None:
        self.seconds = 0.0
        self._pid = pid
        self._stop = threading.Event()
        self._conn = scratch.connect(url)
        self._conn.autocommit = True
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Longest":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._conn.close()

    def _watch(self) -> None:
        with self._conn.cursor() as cursor:
            while not self._stop.wait(SAMPLE):
                cursor.execute(_AGE, [[self._pid]])
                self.seconds = max(self.seconds, float(cursor.fetchone()[0] or 0.0))


def backend() -> int:
    """The server process of Django's connection."""
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


class Neighbour:
    """Another user in a process of its own (`benchmarks.neighbour`); `stop` answers its latencies in ms by deed."""

    def __init__(self, orders: range) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.neighbour", str(orders.start), str(orders.stop)],
            cwd=scratch.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        must("the neighbour began", holds=(self._process.stdout or sys.stdin).readline() == "ready\n")

    def stop(self) -> dict[str, list[float]]:
        answer, _ = self._process.communicate("")
        return dict(json.loads(answer))


def beside(report: Report, *, alone: Mapping[str, list[float]], during: Mapping[str, list[float]]) -> None:
    """One case for each deed of the neighbour: its p95 while the sweep ran, against twice what it was, plus 10 ms."""
    for deed, before in alone.items():
        was, now = percentile(before, 0.95), percentile(during[deed], 0.95)
        note = f"alone {was:.1f} ms; {len(during[deed])} beside the sweep"
        report.add(Case(f"others' p95: {deed}", now, "ms", round(TWICE * was + SLACK, 1), "≤", note=note))


def timed(work: Callable[[], Any]) -> float:
    """Seconds that `work` takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


@contextmanager
def explained(report: Report, titles: Mapping[str, str]) -> Iterator[None]:
    """Run what follows in a transaction that is rolled back, and keep the plans of statements that contain a key.

    `titles`: part of a statement → what the page calls it. Each is kept once, long arrays cut.
    """

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        title = next((title for part, title in titles.items() if part in sql), None)
        if title and title not in report.plans:
            with context["cursor"].connection.cursor() as cursor:
                cursor.execute("SAVEPOINT plan")
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
                report.plans[title] = "\n".join(_LONG_LIST.sub("'{…}'", row[0]) for row in cursor.fetchall())
                cursor.execute("ROLLBACK TO SAVEPOINT plan")
        return execute(sql, params, many, context)

    class Back(Exception):
        pass

    try:
        with connection.execute_wrapper(keep), transaction.atomic():
            yield
            raise Back
    except Back:
        pass
