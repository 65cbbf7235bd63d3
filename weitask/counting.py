"""Counts that stop: who has a million rows reads `1000+`, at the price of a thousand index entries."""

from typing import Final

from django.db.models import QuerySet

LIST: Final = 1_000  # over a list: 1000+
BADGE: Final = 99  # beside a word of the menu: 99+


def upto(rows: QuerySet, most: int) -> int:
    """How many rows there are; `most` + 1 stands for any number above."""
    return some(rows, most).count()


def some(rows: QuerySet, most: int) -> QuerySet:
    """As many of them as `upto` counts, in no order."""
    return rows.order_by().values_list("pk")[: most + 1]


def shown(count: int, most: int) -> str:
    """The count as a page says it: `7`, `1000+`."""
    return f"{most}+" if count > most else str(count)
