"""What a piece of work asks of the database: its statements, their time, and the plan of the longest."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Statement:
    """One statement as it was sent, and its seconds."""

    sql: str
    parameters: Any
    seconds: float


def statements(work: Callable[[], object]) -> list[Statement]:
    """Do the work and note its statements, savepoints left out."""
    found: list[Statement] = []

    def note(execute: Any, sql: Any, parameters: Any, many: Any, context: Any) -> Any:
        began = time.perf_counter()
        answer = execute(sql, parameters, many, context)
        found.append(Statement(str(sql), parameters, time.perf_counter() - began))
        return answer

    with connection.execute_wrapper(note):
        work()
    return [one for one in found if "SAVEPOINT" not in one.sql]


def sql_seconds(work: Callable[[], object]) -> float:
    """How long the statements of the work take."""
    return sum(one.seconds for one in statements(work))


def plan(work: Callable[[], object], *, of: str = "SELECT") -> str:
    """EXPLAIN (ANALYZE, BUFFERS) of the longest statement that begins with `of`, while nothing of it is kept."""
    longest = max((one for one in statements(work) if one.sql.lstrip().startswith(of)), key=lambda one: one.seconds)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {longest.sql}", longest.parameters)
        return "\n".join(line for (line,) in cursor.fetchall())
