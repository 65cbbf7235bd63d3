"""Run the rules, all of them on one and the same picture of the database."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

from billing.audit.registry import RULES, Rule
from weitask import clock

ROWS: Final = 100  # violations shown of one rule
_WRAPPED: Final = "SELECT to_jsonb(violation)::text FROM ({sql}) AS violation LIMIT {rows}"


@dataclass(frozen=True, slots=True)
class Violation:
    """A row that breaks a rule."""

    rule: str
    row: dict[str, Any]


class UnknownRule(Exception):
    """No rule of that name is registered."""


def rules(only: Collection[str] | None = None) -> list[Rule]:
    """The registered rules by name, or some of them.

    Raises:
        UnknownRule: a name that no app registered.
    """
    autodiscover_modules("audit")
    if unknown := set(only or ()) - {rule.name for rule in RULES}:
        raise UnknownRule(", ".join(sorted(unknown)))
    return sorted((rule for rule in RULES if not only or rule.name in only), key=lambda rule: (rule.name, rule.app))


def run(*, only: Collection[str] | None = None, as_of: datetime | None = None) -> list[Violation]:
    """Every violation found, at most 100 rows of each rule; an empty list is a clean book.

    One REPEATABLE READ, READ ONLY transaction, so that the rules see one picture. Within a transaction of the caller
    (a test) it is that transaction's picture.

    Args:
        only: names of rules; all when empty.
        as_of: the business moment by which "overdue" is judged; the business clock when not given.
    """
    chosen = rules(only)
    found = []
    with _one_picture():
        moment = as_of or clock.now()
        for rule in chosen:
            found += _violations(rule, as_of=moment)
    return found


@contextmanager
def _one_picture() -> Iterator[None]:
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        # The rules join whole tables; spilled to disk they take twice as long.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        yield


def _violations(rule: Rule, *, as_of: datetime) -> list[Violation]:
    with connection.cursor() as cursor:
        cursor.execute(_WRAPPED.format(sql=rule.sql, rows=ROWS), {"as_of": as_of})
        return [Violation(rule.name, json.loads(row)) for (row,) in cursor.fetchall()]
