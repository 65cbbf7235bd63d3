"""Every list and home page of people and of the desk, with 100,000 orders behind them: its time and its queries.

Each is measured beside a bare Django page of twenty rows.
"""

import os
import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

import django

django.setup()

from django.test import Client

from benchmarks import explain, scratch, web
from benchmarks.busy_market import Page, build, pages
from benchmarks.result import AT_MOST, Case, Report

ORDERS: Final = int(os.environ.get("BENCH_N", "100000"))
FEW: Final = 10
ROUNDS: Final = 6
CLOSE: Final = 2.0  # times the floor: what is not below it is measured on, three times as long at most
REQUESTS: Final = 4  # of each page in a round, and of the floor beside it
GOAL: Final = 2.5  # times the floor
MOST: Final = 10  # queries beside those of `PLAIN`: session, person, workspace, menu
PLAIN: Final = {"advertiser": "help", "owner": "help", "desk": "password_change"}
CAPPED_FROM: Final = 100_000  # so many orders that the owner has more than a thousand in a state
SHOWN_PLANS: Final = (("owner", "orders"), ("owner", "orders_calendar"), ("advertiser", "wallet"))

Asked = dict[Page, tuple[int, float]]


def main() -> None:
    report = Report("pages")
    with ExitStack() as stack:
        with scratch.another("pages-few"):
            build(FEW)
            few = {page: _asked(page) for page in pages()}
        build(ORDERS)
        many = {page: _asked(page) for page in pages()}
        _queries(few, many, report)
        ports = [
            stack.enter_context(web.served(application, database=os.environ["DATABASE_URL"]))
            for application in (web.PRODUCT, web.BARE)
        ]
        _check(list(many), ports[0], report)
        _times(list(many), ports, report)
    print(report.line())


def _client(page: Page) -> Client:
    return Client(headers={"Cookie": page.cookie, "Host": web.HOST})


def _asked(page: Page) -> tuple[int, float]:
    """How many statements a page sends, and their milliseconds."""
    client = _client(page)
    client.get(page.path)  # templates are compiled, content types known
    found = explain.statements(lambda: client.get(page.path))
    return len(found), sum(one.seconds for one in found) * 1000


def _queries(few: Asked, many: Asked, report: Report) -> None:
    """As many with few orders as with many, and few beside those that every page sends."""
    counts = {(page.reader, page.name): count for page, (count, _) in many.items()}
    differ = [page for page, (count, _) in few.items() if counts[page.reader, page.name] != count]
    for page in differ:
        print(f"   {page.reader} {page.name}: not as many queries as with {FEW} orders", flush=True)
    report.check(f"as many queries with {FEW} orders as with {ORDERS:,}", holds=bool(few) and not differ)
    beside = {key: count - counts[key[0], PLAIN[key[0]]] for key, count in counts.items()}
    reader, name = max(beside, key=lambda key: beside[key])
    report.add(
        Case("queries of its own, most", beside[reader, name], "queries", MOST, AT_MOST, note=f"{reader} {name}")
    )
    for size, asked in ((FEW, few), (ORDERS, many)):
        for who in ("people", "desk"):
            took = [ms for page, (_, ms) in asked.items() if (page.reader == "desk") == (who == "desk")]
            unit = f"ms of SQL, all pages of {who} together"
            report.growth.append({"n": size, "figure": round(sum(took), 1), "unit": unit})
    for page in many:
        if (page.reader, page.name) in SHOWN_PLANS:
            shown = explain.plan(lambda page=page: _client(page).get(page.path))
            report.plans[f"{page.reader}'s {page.name}, its longest statement"] = shown


def _check(asked: list[Page], site: int, report: Report) -> None:
    """Every page is answered, and who has thousands of orders reads 1000+."""
    for page in asked:
        (answer,) = web.fetch(site, [page.ask])
        report.check("every page was answered", holds=answer.status == 200)
        if ORDERS >= CAPPED_FROM and (page.reader, page.name) == ("owner", "orders"):
            report.check("the owner of thousands of orders reads 1000+", holds=b"1000+" in answer.text)


@dataclass
class Timed:
    """The rounds of one page: its milliseconds and the bare page's, each time side by side."""

    page: Page
    size: int = 0
    rounds: list[tuple[float, float]] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(own / bare for own, bare in self.rounds)

    def case(self) -> Case:
        ms = statistics.median(own for own, _ in self.rounds)
        note = f"{self.size / 1000:.0f} kB of HTML"
        return Case(f"{self.page.reader}, {self.page.name}", ms, "ms", GOAL, AT_MOST, floor=ms / self.ratio, note=note)


def _times(asked: list[Page], ports: list[int], report: Report) -> None:
    """Page and floor in turns, two requests at a time as there are two workers; the middle of the rounds counts."""
    bare = [web.Ask(f"/page/?after={number * 20 % max(ORDERS // 2, 1)}") for number in range(REQUESTS)]
    timed = [Timed(page) for page in asked]
    for again in range(3 * ROUNDS + 1):
        for one in timed:
            if again > ROUNDS and one.ratio < CLOSE:
                continue
            own, floor = (
                web.fetch(port, asks, connections=2)
                for port, asks in zip(ports, ([one.page.ask] * REQUESTS, bare), strict=True)
            )
            report.check("every floor was answered", holds=all(answer.status == 200 for answer in floor))
            one.size = len(own[-1].text)
            if again:  # the first round warms up
                one.rounds.append((_middle(own), _middle(floor)))
    for one in _shown(timed):
        report.add(one.case())


def _shown(timed: list[Timed]) -> list[Timed]:
    """People's pages each; of the forty of the desk the slowest, the one in the middle, and the quickest."""
    desk = sorted((one for one in timed if one.page.reader == "desk"), key=lambda one: -one.ratio)
    for one in desk:
        print(f"   desk, {one.page.name}: {one.ratio:.2f}", flush=True)
    return [one for one in timed if one.page.reader != "desk"] + [desk[0], desk[len(desk) // 2], desk[-1]]


def _middle(answers: list[web.Answer]) -> float:
    return statistics.median(answer.ms for answer in answers)


if __name__ == "__main__":
    main()
