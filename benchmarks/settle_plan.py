"""The plans of one chunk of the Friday batch: what sets its orders aside, and what writes payouts and lines."""

import re
from typing import Final

from django.db import connection, transaction

from benchmarks import book
from billing.payouts import open_run, runs
from orders import settlement
from weitask.plans import by_index

_KEEP: Final = re.compile(r"Insert on|Update on|Join|Nested|Scan|Aggregate|Trigger|Buffers: shared|Execution|Heap")


def of_chunk() -> dict[str, str]:
    """EXPLAIN (ANALYZE, BUFFERS) by title; nothing of it is kept."""
    with transaction.atomic():
        run = open_run(cutoff=book.CUTOFF, now=book.NOW)
        chunk = list(settlement._chunks(run))[1]
        by_index()
        span = {"cutoff": run.cutoff, "run": run.pk, "first": chunk.first, "last": chunk.last}
        plans = {"one chunk set aside": _explain(settlement._SET_ASIDE, span)}
        settlement._lines(run, chunk)
        add = runs._ADD.format(lines=settlement._CHUNK)
        plans["its payouts and lines"] = _explain(add, {"run": run.pk, "problem": ""})
        transaction.set_rollback(True)
    return plans


def _explain(statement: str, parameters: dict[str, object]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT explained")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}", parameters)
        plan = [line for (line,) in cursor.fetchall()]
        cursor.execute("ROLLBACK TO SAVEPOINT explained")
    return "\n".join(line for line in plan if _KEEP.search(line))
