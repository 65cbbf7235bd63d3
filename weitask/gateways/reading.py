"""Turning what a provider sent into values we can keep: strict about shape, and never a raw `KeyError`.

Every function raises `Malformed`, which the clients turn into the right error family.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Never


class Malformed(ValueError):
    """The answer is not what the protocol says. The text names the place, never the value."""


def parse_json(body: bytes, *, unique_keys: bool = False) -> object:
    """Strict JSON: UTF-8, no NaN, bounded nesting; `unique_keys` also refuses a repeated key."""
    hook = _no_repeats if unique_keys else None
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=hook)
    except (ValueError, RecursionError):
        # `from None`: a decode error carries the whole document, which may hold a token.
        raise Malformed("not JSON") from None


def as_object(value: object) -> dict[str, object]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def as_list(value: object) -> list[object]:
    """A JSON array."""
    if not isinstance(value, list):
        raise Malformed("not a list")
    return value


def text(fields: Mapping[str, object], name: str) -> str:
    """A text that PostgreSQL can store ("" when absent or null): no NUL, no lone surrogate."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{name} is not a text")
    return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def number(fields: Mapping[str, object], name: str, *, default: int | None = None) -> int:
    """A whole number, also when it comes as a string (weibo.md section 6); `default` when absent or empty."""
    value = fields.get(name)
    if value in (None, "") and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Malformed(f"{name} is not a number")
    try:
        found = int(value)
    except ValueError:
        raise Malformed(f"{name} is not a number") from None
    if not -(2**63) <= found < 2**63:
        raise Malformed(f"{name} is too large")
    return found


def identifier(fields: Mapping[str, object], *names: str) -> str:
    """The first of `names` that holds a positive 64-bit id, as decimal text."""
    for name in names:
        if fields.get(name) in (None, "", 0, "0"):
            continue
        found = number(fields, name)
        if found <= 0:
            raise Malformed(f"{name} is not an id")
        return str(found)
    raise Malformed(f"no {names[0]}")


def _no_constant(name: str) -> Never:
    raise Malformed(f"{name} is not JSON")


def _no_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("repeated key")
    return found
