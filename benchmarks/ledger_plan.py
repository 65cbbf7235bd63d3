"""The plan of the statement inside `ledger_post`: its text is taken from the database, its parameters are ours."""

import re
from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction

from billing import ledger
from weitask import arrays, clock

_SOURCE: Final = "SELECT prosrc, proargnames[1:8] FROM pg_proc WHERE proname = 'ledger_post'"
_KEEP: Final = re.compile(r"Insert on|Update on|Join|Nested|Scan|Sort  |Window|Trigger|Buffers: shared|Execution|Hash")


def of_post(transfers: Sequence[ledger.NewTransfer]) -> str:
    """EXPLAIN (ANALYZE, BUFFERS) of posting these transfers, planned as the function plans it; nothing is kept."""
    columns = [arrays.literal(column) for column in zip(*transfers, strict=True)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SOURCE)
        source, names = cursor.fetchone()
        begin = source.index("WITH batch")
        statement = source[begin : source.index(" INTO ids", begin)] + " FROM batch"
        for place, name in enumerate(names, start=1):
            statement = re.sub(rf"\b{name}\b", f"${place}", statement)
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"PREPARE posting (timestamptz, text[]{', bigint[]' * 6}) AS {statement}")
        explain = f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) EXECUTE posting ({', '.join(['%s'] * 8)})"
        cursor.execute(explain, [clock.now(), *columns])
        plan = [line for (line,) in cursor.fetchall()]
        cursor.execute("DEALLOCATE posting")
        transaction.set_rollback(True)
    return "\n".join(line for line in plan if _KEEP.search(line))
