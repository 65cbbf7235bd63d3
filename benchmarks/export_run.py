"""One workbook in a process of its own: `python -m benchmarks.export_run floor ROWS` or `… worker`.

Prints seconds, the peak of the resident set in MB, and how much of that it had not when it was ready to begin.
`floor` is openpyxl's write-only loop with lxml and nothing else: the rows are made up on the way, typed the same.
`worker` is one look of the sweep that makes exports, as a Celery worker runs it.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import django
import psutil

START = datetime(2026, 1, 5, 10, 0)  # noqa: DTZ001 [openpyxl takes moments without a zone only]


def floor(rows: int) -> Callable[[], None]:
    from openpyxl import Workbook
    from openpyxl.xml import LXML

    if not LXML:
        raise SystemExit("not so: openpyxl writes with lxml")

    def work() -> None:
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in _rows(rows):
            sheet.append(row)
        with tempfile.TemporaryFile() as file:
            book.save(file)

    return work


def _rows(count: int) -> Iterator[list[Any]]:
    """What the product writes for the orders that `benchmarks.paths.export` builds; None where it leaves a cell out."""
    for n in range(count):
        yield [
            *(f"WT260105{n:08d}", f"帐号{n}", "已达成", None if n % 2 else "提前删除", "原发"),
            *(f"新品上市，欢迎试吃。订单 {n}", START, START + timedelta(seconds=n % 60)),
            *("https://weibo.com/5000000001/OqKzABCDE", 10_000, n % 100, 0, 0),
            *(Decimal("100.00"), Decimal("10.00"), Decimal("110.00"), None, 60, START, START + timedelta(days=1)),
        ]


def worker() -> Callable[[], None]:
    django.setup()
    from importlib import import_module

    import_module("weitask.urls")  # as in a worker that has made one before
    from weitask import clock, sweeps

    now = clock.now()  # connected

    def work() -> None:
        if sweeps.look("weitask.exports", now=now) != 1:
            raise SystemExit("not so: one export was made")

    return work


if __name__ == "__main__":
    todo = floor(int(sys.argv[2])) if sys.argv[1] == "floor" else worker()
    at_rest = psutil.Process().memory_info().rss
    began = time.monotonic()
    todo()
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak / 2**20, "grown": max(0, peak - at_rest) / 2**20}))
