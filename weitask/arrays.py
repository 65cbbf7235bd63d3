"""Many values to PostgreSQL as one text parameter: `'{1,2,NULL}'`.

A Python list becomes `ARRAY[1, 2, NULL]` in the statement's text, and parsing thousands of its elements took longer
than the work on them (measured: 24 ms of 226 for a batch of 1,000 transfers); a text is read in one go.
"""

from collections.abc import Iterable
from operator import index


def literal(values: "Iterable[int | str | None]") -> str:
    """An array literal of numbers, or of texts, or None for SQL's NULL; the statement casts it (`%s::bigint[]`).

    Raises:
        TypeError: a value is no whole number and no text.
    """
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: int | str | None) -> str:
    if type(value) is int:  # nearly all of them are
        return str(value)
    if value is None:
        return "NULL"
    if isinstance(value, str):
        quoted = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    return str(index(value))  # a float is refused, never rounded
