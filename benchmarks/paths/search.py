"""Searching a market of 1,000,000 accounts and 2,000,000 slots: 200 mixed filter sets through the API.

Three markets stand side by side and are asked in turn with the floor, so that a slow moment of the machine meets all.
"""

import itertools
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import django

django.setup()

from rest_framework.authtoken.models import Token

from accounts import queries, searching
from accounts.models import Advertiser, Category, MediaAccount, Slot
from benchmarks import explain, fill, market, scratch, web
from benchmarks.result import AT_MOST, Case, Report, percentile
from benchmarks.searches import Search, mixed
from weitask import paging
from weitask.money import fen
from weitask.periods import SLOT

SIZES: Final = (10_000, 100_000, 1_000_000)
SETS: Final = 200
ROUNDS: Final = 3
AT_A_TIME: Final = 40  # requests of one market, then of the next: which connections share a worker is luck
BEFORE: Final = 49 * 20  # rows before page 50
TOP: Final = 5_000
TAKEN_AT: Final = "2026-01-11T20:00:00+08:00"  # all of the top are busy then


@dataclass
class Market:
    """One market, what is asked of it, and how long each answer took (ms)."""

    size: int
    url: str
    asks: list[web.Ask]
    times: list[float] = field(default_factory=list)


def main() -> None:
    report = Report("search")
    with ExitStack() as stack:
        markets = [stack.enter_context(_market(size)) for size in SIZES]
        _over_http(markets, report)
        _statements(markets[-1], report)
    print(report.line())


@contextmanager
def _market(size: int) -> Iterator[Market]:
    with scratch.another(f"search-{size}") as url:
        _build(size)
        tokens = {personal: Token.objects.create(user_id=pk).key for pk, personal in ((1, False), (2, True))}
        yield Market(size, url, _asks(tokens))


def _build(size: int) -> None:
    """A market with two slots an account, an enterprise and a person who search it."""
    began = time.monotonic()
    market.pin()
    market.advertisers(2)
    Advertiser.objects.filter(pk=2).update(kind="personal")
    market.owners(size // 10)
    market.accounts(size, owned_by=size // 10)
    market.slots(2 * size, accounts_are=size)
    best = MediaAccount.objects.order_by("-followers").values_list("pk", flat=True)[: min(TOP, size // 10)]
    start = datetime.fromisoformat(TAKEN_AT)
    Slot.objects.bulk_create(
        Slot(account_id=pk, period=(start, start + SLOT), order_id=2 * size + place)
        for place, pk in enumerate(best, start=1)
    )
    fill.settle_in()
    print(f"  {size:,} accounts, {2 * size:,} slots: {time.monotonic() - began:.0f} s", flush=True)


# --- Over HTTP --------------------------------------------------------------------------------------------------------


def _over_http(markets: list[Market], report: Report) -> None:
    largest = markets[-1]
    with ExitStack() as stack:
        floor = stack.enter_context(web.served(web.BARE, database=largest.url))
        ports = [stack.enter_context(web.served(web.PRODUCT, database=one.url)) for one in markets]
        _check_pages(largest, ports[-1], report)
        for one, port in zip(markets, ports, strict=True):
            web.fetch(port, one.asks)
        rows = _rows_by_key(largest.size)
        web.fetch(floor, rows)
        bare: list[float] = []
        for turn, begin in itertools.product(range(ROUNDS), range(0, len(rows), AT_A_TIME)):
            some = slice(begin, begin + AT_A_TIME)
            bare += _times(floor, rows[some], report)
            for one, port in zip(markets, ports, strict=True):
                if turn == 0 or one.size in (SIZES[0], SIZES[-1]):  # the market between them shows the growth only
                    one.times += _times(port, one.asks[some], report)
    p95 = [percentile(one.times, 0.95) for one in markets]
    report.growth += [
        {"n": one.size, "figure": value, "unit": "ms, p95 of the mix"} for one, value in zip(markets, p95, strict=True)
    ]
    medians = f"medians {statistics.median(largest.times):.1f} and {statistics.median(bare):.1f} ms"
    report.add(Case("p95 of the mix, 4 connections", p95[-1], "ms", 3.0, AT_MOST, percentile(bare, 0.95), medians))
    report.add(Case("p95 at 1,000,000 accounts, beside 10,000", p95[-1], "ms", 2.0, AT_MOST, p95[0]))


def _drawn() -> list[Search]:
    return mixed(SETS, categories=list(Category.objects.order_by("pk").values_list("slug", flat=True)))


def _asks(tokens: dict[bool, str]) -> list[web.Ask]:
    """Page 1 of every search and, where there is one, page 50 by the cursor of the row before it."""
    searches = _drawn()
    cursors = [(search, cursor) for search in searches if (cursor := _cursor(_search(search)))]
    return [
        *(_ask(tokens, search) for search in searches),
        *(_ask(tokens, search, cursor=cursor) for search, cursor in cursors),
    ]


def _cursor(search: searching.Search) -> str:
    """What stands in the address of page 50; empty when there are fewer pages."""
    key = _key(search)
    rows = search.window(key=key, seen=None, count=BEFORE + 1)
    last = rows[BEFORE - 1] if len(rows) > BEFORE else None
    return paging.cursor(getattr(last, key.removeprefix("-")), last.pk) if last else ""


def _check_pages(one: Market, port: int, report: Report) -> None:
    """Every tenth answer against the plain query: sorted as a whole, cut by OFFSET; nothing is counted."""
    asked = [(search, 0) for search in _drawn()] + [(search, BEFORE) for search in _drawn() if _cursor(_search(search))]
    chosen = list(zip(asked, one.asks, strict=True))[::10]
    for ((search, offset), _), answer in zip(chosen, web.fetch(port, [ask for _, ask in chosen]), strict=True):
        page, whole = json.loads(answer.text), _search(search)
        rows = queries.market(advertiser=whole.advertiser, filters=whole.filters, at=whole.at)
        plain = list(rows.values_list("pk", flat=True)[offset : offset + 20])
        same = [row["id"] for row in page["results"]] == plain
        report.check("pages 1 and 50 are those of the plain query", holds=same)
        report.check("an answer counts nothing", holds=set(page) == {"results", "next", "previous"})
    print(f"  {len(asked) - SETS} of {SETS} searches have a page 50", flush=True)


def _ask(tokens: dict[bool, str], search: Search, **more: str) -> web.Ask:
    address = f"/api/v1/accounts/?{urlencode(dict(search.parameters) | more)}"
    return web.Ask(address, headers={"Authorization": f"Token {tokens[search.personal]}"})


def _rows_by_key(size: int) -> list[web.Ask]:
    rng = random.Random(1)
    return [web.Ask(f"/rows/?ids={','.join(str(rng.randint(1, size)) for _ in range(20))}") for _ in range(2 * SETS)]


def _times(port: int, asks: list[web.Ask], report: Report) -> list[float]:
    answers = web.fetch(port, asks)
    report.check("every request was answered", holds=all(answer.status == 200 for answer in answers))
    return [answer.ms for answer in answers]


# --- The statements ---------------------------------------------------------------------------------------------------


def _search(search: Search) -> searching.Search:
    """The search as the API view makes it."""
    asked: dict[str, Any] = dict(search.parameters)
    at = datetime.fromisoformat(asked.pop("free_at")) if "free_at" in asked else None
    asked |= {name: fen(asked[name]) for name in ("price_min", "price_max", "cpm_max") if name in asked}
    asked |= {"verified": asked["verified"] == "true"} if "verified" in asked else {}
    filters = queries.MarketFilters(free_only=at is not None, **asked)
    return searching.Search(Advertiser.objects.get(pk=2 if search.personal else 1), filters, at)


def _key(search: searching.Search) -> str:
    return queries.sort_key(advertiser=search.advertiser, filters=search.filters)


def _page(search: searching.Search) -> list[Any]:
    return search.window(key=_key(search), seen=None, count=21)


def _statements(one: Market, report: Report) -> None:
    """The time PostgreSQL takes for page 1 by sort, and in the corner where the best are all taken."""
    times: dict[str, list[float]] = {sort: [] for sort in queries.ORDERINGS}
    for drawn in _drawn():
        search = _search(drawn)
        times[drawn.ordering].append(_sql_ms(lambda search=search: _page(search)))
    for sort, values in times.items():
        median = f"median {statistics.median(values):.1f}"
        p95 = percentile(values, 0.95)
        report.add(Case(f"SQL of a page sorted by {sort}, p95", p95, "ms", 60, AT_MOST, note=median))
    corner = _search(Search((("ordering", "-followers"), ("form", "original"), ("free_at", TAKEN_AT)), personal=False))
    taken = set(Slot.objects.filter(start_at=TAKEN_AT).values_list("account_id", flat=True))
    report.check("the best who are free are found", holds=not taken & {row.pk for row in _page(corner)})
    report.add(Case(f"SQL with the top {TOP:,} all taken", _sql_ms(lambda: _page(corner)), "ms", 30, AT_MOST))
    report.plans["the most followed who are free at 20:00"] = explain.plan(lambda: _page(corner))
    cheap = _search(Search((("ordering", "price"), ("form", "repost"), ("followers_min", 1_000_000)), personal=False))
    report.plans["the cheapest with a million followers"] = explain.plan(lambda: _page(cheap))


def _sql_ms(work: Callable[[], object]) -> float:
    """The least of three runs: what the statements take, not what else the machine did."""
    return min(explain.sql_seconds(work) for _ in range(3)) * 1000


if __name__ == "__main__":
    main()
