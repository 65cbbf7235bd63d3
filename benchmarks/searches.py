"""Mixed searches of a market, drawn once for all: what an advertiser might ask, sensible or not."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from accounts import queries

SEED: Final = 6201
_MIDNIGHT: Final = datetime.fromisoformat("2026-01-05T00:00:00+08:00")


@dataclass(frozen=True)
class Search:
    """The parameters of one search as the API takes them; `personal`: asked by a 个人用户."""

    parameters: tuple[tuple[str, Any], ...]
    personal: bool

    @property
    def ordering(self) -> str:
        return str(dict(self.parameters)["ordering"])


def mixed(count: int, *, categories: Sequence[str]) -> list[Search]:
    """So many searches, the four sorts in turn, every fifth by a person."""
    rng = random.Random(SEED)
    return [_one(rng, number, categories) for number in range(count)]


def _one(rng: random.Random, number: int, categories: Sequence[str]) -> Search:
    personal = number % 5 == 4
    sorts = [sort for sort in queries.ORDERINGS if not (personal and sort == "cpm")]
    asked: dict[str, Any] = {"ordering": sorts[number % len(sorts)]}
    asked["form"] = "repost" if personal or rng.random() < 0.5 else "original"
    chances = (
        (0.6, lambda: {"category": rng.choice(categories)}),
        (0.4, lambda: _followers(rng)),
        (0.3, lambda: {"price_max": _yuan(rng, 1.7, 4.7)}),
        (0.15, lambda: {"price_min": _yuan(rng, 1.0, 3.5)}),
        (0.35, lambda: {"rating_min": rng.randrange(30, 95)}),
        (0.5, lambda: {"free_at": _start(rng)}),
        (0.05, lambda: {"q": str(rng.randrange(1_000, 10_000))}),
        (0.0 if personal else 0.1, lambda: {"verified": rng.choice(["true", "false"])}),
        (0.0 if personal else 0.15, lambda: {"region": rng.choice(["四川", "北京", "广东"])}),
        *((0.0 if personal else 0.1, draw) for draw in _conduct(rng)),
    )
    for chance, draw in chances:
        if rng.random() < chance:
            asked |= draw()
    return Search(tuple(asked.items()), personal)


def _conduct(rng: random.Random) -> Sequence[Callable[[], dict[str, Any]]]:
    """What an enterprise asks of how accounts answer and what their posts bring."""
    return (
        lambda: {"accept_rate_min": rng.choice([5_000, 9_000, 9_900])},
        lambda: {"answer_max": rng.choice([10, 60, 240])},
        lambda: {"reposts_min": rng.choice([50, 300, 900])},
        lambda: {"comments_min": rng.choice([20, 100, 350])},
        lambda: {"cpm_max": _yuan(rng, 0.0, 1.7)},
    )


def _followers(rng: random.Random) -> dict[str, int]:
    least = int(10 ** rng.uniform(3.5, 6.3))
    return {"followers_min": least} | ({"followers_max": least * rng.choice([2, 5, 20])} if rng.random() < 0.4 else {})


def _yuan(rng: random.Random, low: float, high: float) -> str:
    return f"{10 ** rng.uniform(low, high):.2f}"


def _start(rng: random.Random) -> str:
    """A whole minute of the six days, more often in the evening."""
    hour = rng.choice([10, 12, 15, 18, 19, 20, 20, 21])
    return (_MIDNIGHT + timedelta(days=rng.randrange(6), hours=hour, minutes=rng.randrange(60))).isoformat()
