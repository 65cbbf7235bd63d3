"""Our names for things at Sina Pay: at most 32 letters, digits and underscores, unique for ever (sinapay.md 2)."""

import secrets
from datetime import datetime

from weitask.periods import shanghai


def new_number(prefix: str, *, now: datetime) -> str:
    """`RC20260105` and 16 random hex digits.

    Random, not counted: after a restore from a backup a counter would give a number that Sina knows already.
    """
    return new_numbers(prefix, 1, now=now)[0]


def new_numbers(prefix: str, count: int, *, now: datetime) -> list[str]:
    """So many of them."""
    day = f"{prefix}{shanghai(now):%Y%m%d}"
    return [f"{day}{secrets.token_hex(8).upper()}" for _ in range(count)]


def owners_name(owner_id: int) -> str:
    """What an owner is called at Sina Pay (`identity_id`)."""
    return f"own_{owner_id}"
