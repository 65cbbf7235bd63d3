"""Every list and home page of people and of the desk, with 100,000 orders behind them: its time and its queries."""

import os
import statistics
from contextlib import ExitStack
from typing import Final

import django

django.setup()

from django.test import Client  # noqa: E402

from benchmarks import explain, scratch, web  # noqa: E402
from benchmarks.busy_market import Page, build, pages  # noqa: E402
from benchmarks.result import AT_MOST, Case, Report  # noqa: E402

ORDERS: Final = int(os.environ.get("BENCH_N", "100000"))
FEW: Final = 10
ROUNDS: Final = 4
REQUESTS: Final = 4  # of each page in a round, and of the floor beside it
GOAL: Final = 2.5  # times the floor
MOST: Final = 10  # queries beside those of `PLAIN`: session, person, workspace, menu
PLAIN: Final = {"advertiser": "help", "owner": "help", "desk": "index"}
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
        bare = stack.enter_context(web.served(web.BARE, database=os.environ["DATABASE_URL"]))
        site = stack.enter_context(web.served(web.PRODUCT, database=os.environ["DATABASE_URL"]))
        _check(list(many), site, report)
        _times(list(many), bare, site, report)
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


def _times(asked: list[Page], bare: int, site: int, report: Report) -> None:
    """Page and floor in turns, two requests at a time as there are two workers; the middle of the rounds counts."""
    floor = [web.Ask(f"/page/?after={number * 20 % max(ORDERS // 2, 1)}") for number in range(REQUESTS)]
    took: dict[Page, list[tuple[float, float]]] = {page: [] for page in asked}
    sizes: dict[Page, int] = {}
    for again in range(ROUNDS + 1):
        for page in asked:
            answers = web.fetch(site, [page.ask] * REQUESTS, connections=2)
            beside = web.fetch(bare, floor, connections=2)
            if again:  # the first round warms up
                took[page].append((_middle(answers), _middle(beside)))
            sizes[page] = len(answers[-1].text)
    bare_size = len(web.fetch(bare, floor[:1])[0].text)
    for page in _shown(asked, took):
        ms = statistics.median(figure for figure, _ in took[page])
        note = f"{sizes[page] / 1000:.0f} kB of HTML; the floor {bare_size / 1000:.0f} kB"
        report.add(
            Case(f"{page.reader}, {page.name}", ms, "ms", GOAL, AT_MOST, floor=ms / _ratio(took[page]), note=note)
        )


def _shown(asked: list[Page], took: dict[Page, list[tuple[float, float]]]) -> list[Page]:
    """People's pages each; of the forty of the desk the slowest, the one in the middle, and the quickest."""
    desk = sorted((page for page in asked if page.reader == "desk"), key=lambda page: -_ratio(took[page]))
    for page in desk:
        print(f"   desk, {page.name}: {_ratio(took[page]):.2f}", flush=True)
    return [page for page in asked if page.reader != "desk"] + [desk[0], desk[len(desk) // 2], desk[-1]]


def _ratio(rounds: list[tuple[float, float]]) -> float:
    return statistics.median(figure / floor for figure, floor in rounds)


def _middle(answers: list[web.Answer]) -> float:
    return statistics.median(answer.ms for answer in answers)


if __name__ == "__main__":
    main()
