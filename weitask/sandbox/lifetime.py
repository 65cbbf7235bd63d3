"""Beginning and emptying of the process's state."""

from django.apps import apps
from django.db import connection

from weitask.sandbox import clock, faults, limits, memory, switches, traffic
from weitask.sandbox.weibo import known, publishing


def begin() -> None:
    """After a start: recall what must outlive one."""
    clock.load()
    switches.load()


def empty() -> None:
    """Forget everything: rows, switches, faults, counters, the business clock."""
    faults.clear(abandon=True)  # or a slow request of yesterday would write into the empty book
    tables = [model._meta.db_table for model in apps.get_app_config("sandbox").get_models()]
    with memory.writing(), connection.cursor() as cursor:
        # In any order: foreign keys are checked at the commit, when nothing is left.
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own table names
    clock.forget()
    known.forget()
    publishing.forget_last_id()
    switches.forget()
    limits.forget()
    traffic.forget()
