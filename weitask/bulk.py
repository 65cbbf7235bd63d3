"""Many rows of one table in one statement that is as long for one row as for a thousand.

All columns of all rows travel as one JSON parameter. `bulk_create` writes every value into the statement's text, which
takes several times as long to put together and to parse as the rows take to insert (docs/performance.md).
"""

import json
from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import connection, models

_INSERT: Final = """
INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s) RETURNING id
"""


def insert(rows: Sequence[models.Model]) -> None:
    """Insert unsaved rows of one model; each gets its id."""
    if not rows:
        return
    columns = columns_of(type(rows[0]), leave_out=["id"])
    statement = _INSERT.format(table=type(rows[0])._meta.db_table, columns=", ".join(columns))
    with connection.cursor() as cursor:
        cursor.execute(statement, [as_json(rows, columns)])
        made = cursor.fetchall()
    for row, (pk,) in zip(rows, made, strict=True):
        row.pk, row._state.adding = pk, False


def columns_of(model: type[models.Model], *, leave_out: Collection[str] = ()) -> list[str]:
    """The columns a row brings along; what the database writes itself is left out."""
    own = (str(field.column) for field in model._meta.concrete_fields if not field.generated)
    return [column for column in own if column not in leave_out]


def as_json(rows: Sequence[models.Model], columns: Sequence[str]) -> str:
    """Rows for `jsonb_populate_recordset`."""
    values: list[dict[str, Any]] = [{column: getattr(row, column) for column in columns} for row in rows]
    return json.dumps(values, default=str, ensure_ascii=False)
