"""Searching a list of the desk: every word in any of the list's fields, each by the index that the field has.

Django asks all fields at once. Where they stand in several tables no index can answer that, and a number is compared as
text: an order was looked for among all of them, row by row. Here another table is asked first, and what it answers is
compared with a column of the list's own.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.text import smart_split, unescape_string_literal

FEW: Final = 500  # rows of another table; a word that more of them hold is met soon by reading the list itself
_NOTHING: Final = Q(pk__in=[])


def found(
    desk: "ModelAdmin[Any]", request: HttpRequest, rows: "QuerySet[Any]", typed: str
) -> "tuple[QuerySet[Any], bool]":
    """The rows that hold every word typed, as `ModelAdmin.get_search_results` answers: none comes twice.

    A field of `search_fields` holds a word anywhere in it, in capitals or not; `=` before it: it is the word.
    """
    fields: Sequence[str] = desk.get_search_fields(request)
    for word in _words(typed) if fields else ():
        either = _NOTHING
        for name in fields:
            either |= _holds(desk.model, name.removeprefix("="), word, whole=name.startswith("="))
        rows = rows.filter(either)
    return rows, False


def _words(typed: str) -> Iterator[str]:
    """Between spaces, or between quotes."""
    for word in smart_split(typed):
        quoted = word[0] in "\"'" and word[-1] == word[0] and len(word) > 1
        yield unescape_string_literal(word) if quoted else word


def _holds(model: type[Model], path: str, word: str, *, whole: bool) -> Q:
    """That a column of the table, or of one beside it, holds the word."""
    name, _, beyond = path.partition("__")
    field: Any = model._meta.get_field(name)
    if not beyond:
        return _is(field, word) if whole else Q(**{f"{name}__icontains": word})
    others = field.related_model._base_manager.filter(_holds(field.related_model, beyond, word, whole=whole))
    ours, theirs = (f"{name}__in", "pk") if field.concrete else ("pk__in", field.field.attname)
    few = list(others.values_list(theirs, flat=True)[: FEW + 1])
    return Q(**{ours: few if len(few) <= FEW else others.values(theirs)})


def _is(field: "Field[Any, Any]", word: str) -> Q:
    try:
        return Q(**{field.attname: field.to_python(word)})
    except ValidationError:  # a word where only numbers are
        return _NOTHING
