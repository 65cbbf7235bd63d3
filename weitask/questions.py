"""Questions that sweeps ask thousands of times a day in the same words: put into SQL once, then only executed.

Django writes the SQL of a query anew each time it is asked; for a question over several tables that takes three times
as long as its answer.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Question:
    """Asks about the rows of a queryset that is built once, so its filters must not depend on the time.

    `column`: of moments, the earliest of which is asked for.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]], *, column: str = "pk") -> None:
        self._rows = rows
        self._column = column

    def any(self) -> bool:
        """Is there such a row?"""
        return bool(self._answer("SELECT EXISTS ({})"))

    def earliest(self) -> datetime | None:
        """The earliest moment in the column among such rows; None without any."""
        moment: datetime | None = self._answer("SELECT min(asked.moment) FROM ({}) AS asked (moment)")
        return moment

    @cached_property
    def _words(self) -> tuple[str, tuple[Any, ...]]:
        return self._rows().order_by().values_list(self._column).query.sql_with_params()

    def _answer(self, frame: str) -> Any:
        sql, parameters = self._words
        with connection.cursor() as cursor:
            cursor.execute(frame.format(sql), parameters)
            return cursor.fetchone()[0]
