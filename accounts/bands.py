"""Bands: the market cut by followers and price; every index of its sorts is led by them (see `searching`)."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Func, GeneratedField, SmallIntegerField, Value

FOLLOWERS: Final = (5_000, 25_000, 125_000, 625_000, 3_000_000)
PRICES: Final = (2_000, 10_000, 50_000, 250_000, 1_250_000)  # fen
_WIDTH: Final = 16  # more than there are bands of a price


def column(price: str) -> GeneratedField:
    """The band of an account by its followers and a price of it, null without the price; kept by the database."""
    band = _reached("followers", FOLLOWERS) * _WIDTH + _reached(price, PRICES)
    return GeneratedField(expression=band, output_field=SmallIntegerField(), db_persist=True)


def walk(
    key: str, *, followers: tuple[int | None, int | None], price: tuple[int | None, int | None]
) -> tuple[list[int], list[int]]:
    """The bands that hold accounts with so many followers and such a price, both ends included; None is open.

    They come as steps and as what is added to each step to make its bands: by a `key` of followers or price (`-` for
    descending) every account of a step comes before all accounts of the steps behind it.
    """
    many, prices = [one * _WIDTH for one in _numbers(FOLLOWERS, *followers)], [*_numbers(PRICES, *price)]
    steps, added = [0], [one + other for one in many for other in prices]
    if key.endswith("followers"):
        steps, added = many, prices
    elif key.removeprefix("-").startswith("price"):
        steps, added = prices, many
    return steps[::-1] if key.startswith("-") else steps, added


def followers_band(followers: int) -> int:
    """How many edges so many followers have reached, as `column` counts."""
    return bisect_right(FOLLOWERS, followers)


def _reached(column: str, edges: Sequence[int]) -> Func:
    """How many of the edges a column has reached."""
    listed = Value(list(edges), ArrayField(BigIntegerField()))
    return Func(F(column), listed, function="width_bucket", output_field=SmallIntegerField())


def _numbers(edges: Sequence[int], low: int | None, high: int | None) -> range:
    first = 0 if low is None else bisect_right(edges, low)
    last = len(edges) if high is None else bisect_right(edges, high)
    return range(first, last + 1)
