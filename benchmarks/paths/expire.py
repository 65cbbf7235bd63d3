"""流单: 100,000 派单 whose start has come, their money released, one look of the sweep (R63)."""

import os
import time
from datetime import datetime, timedelta
from typing import Final

import django

from benchmarks import scratch
from benchmarks.result import Case, Report, must
from benchmarks.watching import CALM, Longest, Neighbour, backend, beside, explained, timed

DUE: Final = int(os.environ.get("BENCH_N", "100000"))
STEPS: Final = (1_000, 10_000)  # further orders, for how cost grows
BESIDE: Final = 15_000  # orders that expire while somebody else works
OWN: Final = 2_000  # orders that somebody else accepts
ADVERTISERS, OWNERS, ACCOUNTS, TASKS = 100, 2_000, 10_000, 2_000
BARE: Final = """
UPDATE orders_order SET state = 'lapsed', cause = 'start_reached', ended_at = %(now)s, next_check_at = NULL,
    undecided = ''
WHERE id = ANY(%(ids)s) AND state = 'dispatched' RETURNING id
"""


def main() -> None:
    django.setup()
    report = Report("expire")
    now = build()
    with scratch.twin() as url:
        whole(report, url, now)
        growth(report, now)
    neighbours(report, now)
    plans(report, now)
    check(report)
    print(report.line())


def build() -> datetime:
    """Orders 1 … DUE are due at T0, the steps an hour later each, the rest later still; the clock stands before T0."""
    from benchmarks import fill, frozen, market
    from weitask import clock

    market.pin("2026-01-05T09:59:00+08:00")
    market.advertisers(ADVERTISERS)
    market.owners(OWNERS)
    market.accounts(ACCOUNTS, owned_by=OWNERS)
    ends = [DUE, DUE + STEPS[0], DUE + sum(STEPS), DUE + sum(STEPS) + BESIDE]
    market.tasks(TASKS, advertisers_are=ADVERTISERS, orders_each=(ends[3] + OWN) // TASKS)
    hour = " ".join(f"WHEN n <= {end} THEN {after}" for after, end in enumerate(ends))
    market.orders(
        ends[3] + OWN,
        tasks_are=TASKS,
        advertisers_are=ADVERTISERS,
        accounts_are=ACCOUNTS,
        owners_are=OWNERS,
        start_at=f"{market.T0} + CASE {hour} ELSE 48 END * interval '1 hour'",
    )
    frozen.orders(ends[3] + OWN, advertisers_are=ADVERTISERS)
    fill.settle_in()
    return clock.now() + timedelta(minutes=1)


def whole(report: Report, url: str, now: datetime) -> None:
    """One look against the bare update of a copy of the same rows: half of it before, half after, as machines drift."""
    from orders import answering
    from orders.batches import SIZE

    def bare(first: int, last: int) -> float:
        return timed(lambda: [_bare(raw, range(at, min(at + SIZE, last)), now) for at in range(first, last, SIZE)])

    raw = scratch.connect(url)
    floor = bare(1, DUE // 2 + 1)
    with Longest(os.environ["DATABASE_URL"], pid=backend()) as longest:
        took = timed(lambda: answering.expire_due(now))
    floor += bare(DUE // 2 + 1, DUE + 1)
    raw.close()
    report.growth.append({"n": DUE, "figure": took / DUE * 1e6, "unit": "µs an order"})
    report.add(Case(f"{DUE:,} due at once", took, "s", 3.0, "≤", floor=floor, note=f"{DUE / took:,.0f} orders/s"))
    report.add(Case("longest transaction", longest.seconds, "s", 2.0, "≤"))


def _bare(raw: "scratch.connection", ids: range, now: datetime) -> None:
    with raw.cursor() as cursor:
        cursor.execute(BARE, {"ids": list(ids), "now": now})
        must("each row was due", holds=len(cursor.fetchall()) == len(ids))
    raw.commit()


def growth(report: Report, now: datetime) -> None:
    from orders import answering

    for hours, count in enumerate(STEPS, start=1):
        took = timed(lambda hours=hours: answering.expire_due(now + timedelta(hours=hours)))
        report.growth.insert(hours - 1, {"n": count, "figure": took / count * 1e6, "unit": "µs an order"})


def neighbours(report: Report, now: datetime) -> None:
    from orders import answering
    from orders.models import Order

    first = Order.objects.filter(state="dispatched", start_at__gt=now + timedelta(hours=4)).earliest("id").pk
    alone = Neighbour(range(first, first + OWN // 2))
    time.sleep(CALM)
    calm = alone.stop()
    other = Neighbour(range(first + OWN // 2, first + OWN))
    answering.expire_due(now + timedelta(hours=3))
    beside(report, alone=calm, during=other.stop())


def plans(report: Report, now: datetime) -> None:
    from orders import answering

    titles = {
        "UPDATE orders_order": "派单 → 流单 with its events",
        "INSERT INTO billing_transfer": "their money released",
    }
    with explained(report, titles):
        answering.expire_due(now + timedelta(hours=49))


def check(report: Report) -> None:
    """Every due order is 流单 with one event and its money back, and the whole book still adds up."""
    from benchmarks.market import FEE, PRICE, scalar
    from billing import audit

    expired = DUE + sum(STEPS) + BESIDE
    lapsed = "SELECT count(*) FROM orders_order WHERE state = 'lapsed'"
    events = "SELECT count(*) FROM orders_orderevent WHERE new = 'lapsed' AND old = 'dispatched'"
    frozen = "SELECT sum(balance) FROM billing_ledgeraccount WHERE kind = 'frozen'"
    report.check("all due orders lapsed, with one event each", holds=scalar(lapsed) == scalar(events) == expired)
    report.check("only the others' money is frozen", holds=scalar(frozen) == OWN * (PRICE + FEE))
    report.check("the audit is clean", holds=not audit.run())


if __name__ == "__main__":
    main()
