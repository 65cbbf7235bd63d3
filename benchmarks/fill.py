"""Rows in bulk for scratch databases: one INSERT … SELECT per table, straight past the verbs and their triggers.

Only benchmarks do this: the product writes state and money through its verbs alone. Each benchmark checks with the
audit, or with a count of its own, that what it built adds up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, models, transaction
from django.db.models.fields import NOT_PROVIDED

# (how to drop it, how to make it) of every index and constraint but primary keys and checks; foreign keys come last.
_PARTS: Final = """
SELECT format('DROP INDEX %%I', i.indexrelid::regclass::text) AS drop, pg_get_indexdef(i.indexrelid) AS make, 0 AS place
FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', c.conrelid::regclass, c.conname),
       CASE c.contype WHEN 'x' THEN pg_get_indexdef(c.conindid) ELSE format(
           'ALTER TABLE %%s ADD CONSTRAINT %%I %%s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)
       ) END,
       CASE c.contype WHEN 'f' THEN 2 ELSE 1 END
FROM pg_constraint c WHERE c.conrelid = ANY(%s::regclass[]) AND c.contype IN ('f', 'u', 'x')
ORDER BY place, make
"""


def rows(model: type[models.Model], count: int, *, first: int = 1, of: str = "", **columns: str) -> None:
    """Insert `count` rows; each column is an SQL expression over `n` (first … first + count - 1), or over `of`.

    Columns not named get their field's default; those with a database default or that may be null are left out.

    Args:
        of: a FROM clause of `count` rows that stands in for the series.
    """
    if count <= 0:
        return
    named = dict(columns)
    values: list[Any] = []
    defaults: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        if field.column in named or field.generated or field.db_default is not NOT_PROVIDED:
            continue
        if isinstance(field, models.AutoField) or (field.null and field.default is NOT_PROVIDED):
            continue
        defaults[field.column] = f"%s::{field.db_type(connection)}"
        values.append(field.get_db_prep_save(field.get_default(), connection))
    expressions = {**named, **defaults}
    quoted = ", ".join(f'"{name}"' for name in expressions)
    series = of or f"generate_series({first}, {first + count - 1}) AS n"
    statement = (
        f'INSERT INTO "{model._meta.db_table}" ({quoted}) SELECT {", ".join(expressions.values())} FROM {series}'
    )
    with loading(model), connection.cursor() as cursor:
        cursor.execute(statement.replace("%s", "\0").replace("%", "%%").replace("\0", "%s"), values)
        if "id" in named:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'),"
                f' (SELECT max(id) FROM "{model._meta.db_table}"))'
            )


@contextmanager
def loading(*tables: type[models.Model]) -> Iterator[None]:
    """Switch the tables' own triggers off for one transaction: a loaded row may begin in any state."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for model in tables:
            cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DISABLE TRIGGER USER')
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys are checked now, before the table is altered
        for model in tables:
            cursor.execute(f'ALTER TABLE "{model._meta.db_table}" ENABLE TRIGGER USER')


@contextmanager
def unindexed(*tables: type[models.Model]) -> Iterator[None]:
    """Take the tables' foreign keys and all indexes but the primary key away while rows go in, then build them anew.

    Building sorts once where inserting looks up row by row: a million accounts take a minute instead of many. An
    exclusion constraint comes back as the plain index behind it: reads go the same way, and only the search for
    overlaps among millions of loaded rows is left out.
    """
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(_PARTS, [names, names])
        parts = cursor.fetchall()
        for drop, _, _ in reversed(parts):
            cursor.execute(drop)
        yield
        for _, make, _ in parts:
            cursor.execute(make)


def settle_in() -> None:
    """What a database that has been up for a while has: statistics, a visibility map, no dirty pages of the load."""
    was = connection.get_autocommit()
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
    connection.set_autocommit(was)
