"""Our numbers at Sina Pay: at most 32 letters and digits, unique for ever (sinapay.md 2)."""

import secrets
from datetime import datetime

from weitask.periods import shanghai


def new_number(prefix: str, *, now: datetime) -> str:
    """`RC20260105` and 16 random hex digits.

    Random, not counted: after a restore from a backup a counter would give a number that Sina knows already.
    """
    return f"{prefix}{shanghai(now):%Y%m%d}{secrets.token_hex(8).upper()}"
