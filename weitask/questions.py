"""Questions that are asked thousands of times a day in the same words: put into SQL once, then only executed.

Django writes the SQL of a query anew each time it is asked; for a question over several tables that takes three times
as long as its answer.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.query import ModelIterable, get_related_populators
from django.db.transaction import TransactionManagementError

_R = TypeVar("_R")
_Person = TypeVar("_Person", bound=Model)


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


class Given(Value):
    """Stands in a queryset for a value that every call brings along."""

    def __init__(self, name: str) -> None:
        super().__init__(None)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


SOMEBODY: Final = -(2**62) - 20260105  # the id of nobody
PERSON: Final = Given("person")


def somebody(person: _Person) -> _Person:
    """Stands in for any person where a question is put together: in the words their id is `PERSON`."""
    anybody = copy(person)
    anybody.pk = SOMEBODY
    return anybody


def among(column: str, given: Given) -> Func:
    """Whether a column holds one of the list that a call brings: `filter(among("pk", ids))`."""
    either: Any = {"arg_joiner": " = ANY(", "template": "%(expressions)s)"}
    return Func(F(column), given, output_field=BooleanField(), **either)


class Rows(Generic[_R]):
    """The rows of a queryset that is built once: instances with what `select_related` and `annotate` add, or tuples.

    `rows` takes a `Given` for each of its parameters; a call brings their values by the same names, as psycopg takes
    them: an id, not an object. Rows that are locked are asked for inside a transaction only. `names` are those of the
    parameters, where the signature of `rows` does not tell them. Where a queryset takes a person and no `Given`, it is
    built for `somebody`; a call then brings the id as `person`.
    """

    def __init__(self, rows: "Callable[..., QuerySet[Any, _R]]", names: Iterable[str] | None = None) -> None:
        self._rows = rows
        self._names = inspect.signature(rows).parameters if names is None else names

    def all(self, **given: Any) -> list[_R]:
        """All of them, in the queryset's order."""
        words = self._words
        if words.locks and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked inside a transaction only")
        with connection.cursor() as cursor:
            cursor.execute(words.sql, words.filled(given))
            return list(words.made(cursor.fetchall()))

    def first(self, **given: Any) -> _R | None:
        """The first of them; None without any. The queryset itself says how many rows are read."""
        return next(iter(self.all(**given)), None)

    def get(self, **given: Any) -> _R:
        """The first of them.

        Raises:
            ObjectDoesNotExist: the model's own, when there is none.
        """
        row = self.first(**given)
        if row is None:
            raise self._words.missing
        return row

    @cached_property
    def _words(self) -> "_Words":
        words = _Words.of(self._rows(*map(Given, self._names)))
        return replace(words, parameters=[PERSON if one == SOMEBODY else one for one in words.parameters])


def counts(questions: Sequence[Rows[Any]], **given: Any) -> list[int]:
    """How many rows each of them has, asked all at once."""
    if not questions:
        return []
    words = [one._words for one in questions]
    sql = ", ".join(f"(SELECT count(*) FROM ({one.sql}) AS counted)" for one in words)  # noqa: S608 [of Django's compiler]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", [value for one in words for value in one.filled(given)])
        return list(cursor.fetchone())


@dataclass(frozen=True, slots=True)
class _Words:
    """What Django's compiler has to say of a queryset: its SQL, and how a row becomes an instance."""

    sql: str
    parameters: Sequence[Any]
    locks: bool
    missing: type[ObjectDoesNotExist]
    convert: Callable[[Iterable[Any]], Iterable[Any]]
    make: Callable[[Any], Any]

    @classmethod
    def of(cls, rows: "QuerySet[Any, Any]") -> "_Words":
        compiler: Any = rows.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return cls(
            sql=sql,
            parameters=parameters,
            locks=rows.query.select_for_update,
            missing=rows.model.DoesNotExist,
            convert=(lambda found: compiler.apply_converters(found, converters)) if converters else iter,
            make=_maker(compiler) if rows._iterable_class is ModelIterable else tuple,
        )

    def filled(self, given: Mapping[str, Any]) -> list[Any]:
        return [given[one.name] if isinstance(one, Given) else one for one in self.parameters]

    def made(self, found: Iterable[Any]) -> Iterable[Any]:
        return map(self.make, self.convert(found))


def _maker(compiler: Any) -> Callable[[Any], Model]:
    """An instance of a row, as `QuerySet` makes it."""
    info, select = compiler.klass_info, compiler.select
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    related = get_related_populators(info, select, connection.alias)  # type: ignore[call-arg]  # stubs of Django 6

    def make(row: Any) -> Model:
        made: Model = info["model"].from_db(connection.alias, names, row[first:last])
        for populator in related:
            populator.populate(row, made)
        for name, place in compiler.annotation_col_map.items():
            setattr(made, name, row[place])
        return made

    return make
