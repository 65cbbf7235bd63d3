"""Fen (integer cents of yuan) and the one rounding rule. No float anywhere (R131)."""

import re
from typing import Final

MAX_FEN: Final = 10**13  # L04: nothing above is believed
_YUAN = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,2}))?")


def yuan(fen: int) -> str:
    """Fen as the API writes money: `200000` → `"2000.00"`."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole}.{rest:02d}"


def display(fen: int) -> str:
    """Fen as a page shows money: `200000` → `"2,000.00"`."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def fen(text: str) -> int:
    """Decimal yuan as typed or sent (`"2000"`, `"1999.9"`) → fen.

    Raises:
        ValueError: not a decimal number with at most two places.
    """
    match = _YUAN.fullmatch(text.strip())
    if match is None or not text.strip().isascii():
        message = f"not an amount in yuan: {text!r}"
        raise ValueError(message)
    sign, whole, places = match.groups()
    amount = int(whole) * 100 + int((places or "").ljust(2, "0"))
    return -amount if sign else amount


def share(amount: int, rate_bp: int) -> int:
    """`rate_bp` basis points of `amount` fen, rounded half-up to the fen (A10)."""
    return (amount * rate_bp + 5_000) // 10_000
