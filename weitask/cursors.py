"""A cursor over rows in any order: several expressions, mixed directions, nulls (the desk sorts by every column).

People's lists sort by one integer and have `weitask.keyset`; both cost the same on page 1 and page 5,000.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Model, OrderBy, Q, QuerySet
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode


@dataclass(frozen=True)
class Slice:
    """Rows in their order; `next` and `previous` are cursors for the slice behind and before, or None at the ends."""

    rows: list[Any]
    next: str | None
    previous: str | None


class Ordered:
    """Rows in the order of their queryset, which has to end with something unique."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._parts = list(_parts(rows))
        self._rows = rows.annotate(**{part.name: part.by.expression for part in self._parts if part.column is None})

    def first(self, size: int) -> QuerySet[Any]:
        """The first `size` rows, and one more where there is one."""
        return _head(self._rows, self._parts, size)

    def opening(self, found: list[Any], size: int) -> Slice:
        """The slice whose rows `first` found."""
        return self._slice(found[:size], before=False, after=len(found) > size)

    def cut(self, *, after: str, before: str, size: int) -> Slice:
        """`size` rows behind the row that `after` names, or just before that of `before`; else the first.

        A cursor that is nonsense means the first rows.
        """
        back = self._read(before)
        seen = back or self._read(after)
        if not seen:
            return self.opening(list(self.first(size)), size)
        parts = [replace(part, by=_turned(part.by)) for part in self._parts] if back else self._parts
        found = list(_head(self._rows.filter(_behind(parts, seen)), parts, size))
        more, found = len(found) > size, found[:size]
        return (
            self._slice(found[::-1], before=more, after=True) if back else self._slice(found, before=True, after=more)
        )

    def _slice(self, rows: list[Any], *, before: bool, after: bool) -> Slice:
        return Slice(
            rows,
            _cursor(rows[-1], self._parts) if rows and after else None,
            _cursor(rows[0], self._parts) if rows and before else None,
        )

    def _read(self, cursor: str) -> list[Any]:
        """The values of a cursor, typed as what they are compared with; none without one, or when it is nonsense."""
        try:
            text = urlsafe_base64_decode(cursor).decode()
            values = json.loads(text) if cursor and r"\u0000" not in text else []
            known = self._rows.query.annotations
            kinds = [part.column or known[part.name].output_field for part in self._parts]
            return [None if one is None else kind.to_python(one) for one, kind in zip(values, kinds, strict=True)]
        except (ValueError, TypeError, ValidationError):
            return []


def cut(rows: QuerySet[Any], *, after: str = "", before: str = "", size: int) -> Slice:
    """`Ordered.cut` of rows that are asked for once."""
    return Ordered(rows).cut(after=after, before=before, size=size)


@dataclass(frozen=True)
class _Part:
    """One thing that rows are sorted by: a column of theirs, or an expression that gets a name beside them."""

    name: str
    column: Any
    by: OrderBy
    may_be_null: bool

    @property
    def order(self) -> OrderBy:
        by = self.by
        return OrderBy(F(self.name), by.descending, nulls_first=by.nulls_first, nulls_last=by.nulls_last)

    @property
    def nulls_come_last(self) -> bool:
        """Where nothing else is said PostgreSQL has them last when rising and first when falling."""
        return self.may_be_null and bool(self.by.nulls_last or not (self.by.nulls_first or self.by.descending))

    def equals(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any, *, equal: str = "") -> Q:
        """Sorted behind the value, or with `equal="e"` also level with it."""
        if value is None:
            return Q(pk__in=[]) if self.nulls_come_last else Q(**{f"{self.name}__isnull": False})
        further = Q(**{f"{self.name}__{'lt' if self.by.descending else 'gt'}{equal}": value})
        return further | Q(**{f"{self.name}__isnull": True}) if self.nulls_come_last else further


def _parts(rows: QuerySet[Any]) -> Iterator[_Part]:
    for place, (by, may_be_null) in enumerate(_sorted_by(rows.model, rows.query.order_by)):
        name = _name(by)
        column = rows.model._meta.pk if name == "pk" else _field(rows.model, name)
        own = column is not None and column.concrete and not column.is_relation
        yield _Part(name if own else f"seen_{place}", column if own else None, by, may_be_null)


def _sorted_by(model: type[Model], order: Sequence[Any]) -> Iterator[tuple[OrderBy, bool]]:
    """Each expression, and whether it may be null; a foreign key goes as its own model is ordered, as Django has it."""
    for one in order:
        if not isinstance(one, str):
            yield (one if isinstance(one, OrderBy) else one.asc()), True
            continue
        name, falling = one.removeprefix("-"), one.startswith("-")
        field = _field(model, name)
        other = field.related_model if field and field.many_to_one and field.name == name else None
        if other is not None and other._meta.ordering:
            for by, _null in _sorted_by(other, other._meta.ordering):
                inner = OrderBy(F(f"{name}__{_name(by)}"), by.descending)
                yield (_turned(inner) if falling else inner), True
        else:
            yield OrderBy(F(name), falling), name != "pk" and (field is None or field.null)


def _name(by: OrderBy) -> str:
    """Of the column that it sorts by; empty for an expression."""
    return str(getattr(by.expression, "name", ""))


def _field(model: type[Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _turned(by: OrderBy) -> OrderBy:
    turned = by.copy()
    turned.reverse_ordering()
    return turned


def _head(rows: QuerySet[Any], parts: Sequence[_Part], size: int) -> QuerySet[Any]:
    return rows.order_by(*(part.order for part in parts))[: size + 1]


def _behind(parts: Sequence[_Part], seen: Sequence[Any]) -> Q:
    """The first part beyond its value, or equal and the second one beyond, and so on.

    That the first is at least level is said beside it: an index can begin there, which it cannot at an OR.
    """
    ways, level = Q(pk__in=[]), Q()
    for part, value in zip(parts, seen, strict=True):
        ways |= level & part.beyond(value)
        level &= part.equals(value)
    first, value = parts[0], seen[0]
    return ways if first.may_be_null or len(parts) == 1 else first.beyond(value, equal="e") & ways


def _cursor(row: Model, parts: Sequence[_Part]) -> str:
    values = [getattr(row, part.name) for part in parts]
    return urlsafe_base64_encode(json.dumps([None if one is None else str(one) for one in values]).encode())
