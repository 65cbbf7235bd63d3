"""Readings: 100,000 posts whose reading is due, read 50 a call, judged and written (R82-R84, A6).

The loopback Weibo answers at once, and the time of its calls is taken apart: the floor is the bare work of the
database, the same rows updated and as many readings inserted.
"""

import os
import time
from datetime import datetime, timedelta
from typing import Any, Final

import django

from benchmarks import loopback, scratch
from benchmarks.result import Case, Report, must
from benchmarks.watching import CALM, Longest, Neighbour, backend, beside, explained, timed

DUE: Final = int(os.environ.get("BENCH_N", "100000"))
STEPS: Final = (100, 1_000)
BESIDE: Final = 10_000
OWN: Final = 3_000
ADVERTISERS, OWNERS, ACCOUNTS, TASKS = 100, 2_000, 10_000, 2_000
POST: Final = 5_200_000_000_000_000  # ids above it end with the number of the account, as the loopback knows them
TEXT: Final = "新品上市，欢迎试吃"
BARE_UPDATE: Final = """
UPDATE orders_order SET next_check_at = %(next)s, last_seen_at = %(now)s, first_missing_at = NULL, undecided = '',
    reposts = 3, comments = 2, likes = 1, counted_at = %(now)s
WHERE id = ANY(%(ids)s) AND next_check_at <= %(now)s RETURNING id
"""
BARE_INSERT: Final = """
INSERT INTO orders_reading (order_id, outcome, asked_at, answered_at, text_hash, reposts, comments, likes, code)
SELECT id, 'seen', %(now)s, %(now)s, %(hash)s, 3, 2, 1, '' FROM unnest(%(ids)s) AS id
"""


def main() -> None:
    django.setup()
    report = Report("readings")
    now = build()
    with scratch.twin() as url, loopback.running(wait=0) as weibo:
        loopback.point_settings(weibo)
        whole(report, url, now)
        growth(report, now)
        neighbours(report, now)
        plans(report, now)
    check(report)
    print(report.line())


def build() -> datetime:
    """Published orders with one reading each; 1 … DUE are due an hour after T0, the steps an hour later each."""
    from benchmarks import fill, frozen, market
    from orders.models import Reading
    from orders.reading import words_hash

    market.pin("2026-01-05T11:00:05+08:00")
    market.advertisers(ADVERTISERS)
    market.owners(OWNERS)
    market.accounts(ACCOUNTS, owned_by=OWNERS)
    market.tasks(TASKS, advertisers_are=ADVERTISERS)
    ends = [DUE, DUE + STEPS[0], DUE + sum(STEPS), DUE + sum(STEPS) + BESIDE]
    hour = " ".join(f"WHEN n <= {end} THEN {after}" for after, end in enumerate(ends))
    start = f"{market.T0} + CASE {hour} ELSE 48 END * interval '1 hour'"
    posted = f"n <= {ends[3]}"
    market.orders(
        ends[3] + OWN,
        tasks_are=TASKS,
        advertisers_are=ADVERTISERS,
        accounts_are=ACCOUNTS,
        owners_are=OWNERS,
        start_at=start,
        state=f"CASE WHEN {posted} THEN 'published' ELSE 'dispatched' END",
        weibo_id=f"CASE WHEN {posted} THEN ({POST} + n::bigint * 1000000 + 1 + (n - 1) % {ACCOUNTS})::text END",
        posted_at=f"CASE WHEN {posted} THEN {start} END",
        last_seen_at=f"CASE WHEN {posted} THEN {start} END",
        next_check_at=f"CASE WHEN {posted} THEN {start} + interval '1 hour' END",
    )
    fill.rows(
        Reading,
        ends[3],
        order_id="n",
        outcome="'seen'",
        asked_at=start,
        answered_at=start,
        text_hash=f"'{words_hash(TEXT)}'",
    )
    loopback.authorise()
    frozen.orders(ends[3] + OWN, advertisers_are=ADVERTISERS)
    fill.settle_in()
    from weitask import clock

    return clock.now()


class Http:
    """The seconds that reading from Weibo takes, while it stands in for `orders.reading.read`."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> "Http":
        from orders import reading

        self._read = reading.read
        reading.read = self._timed
        return self

    def __exit__(self, *_: object) -> None:
        from orders import reading

        reading.read = self._read

    def _timed(self, *arguments: Any, **named: Any) -> Any:
        began = time.monotonic()
        try:
            return self._read(*arguments, **named)
        finally:
            self.seconds += time.monotonic() - began


def look(now: datetime) -> tuple[float, float]:
    """One look; seconds in all, and seconds of them at Weibo."""
    from orders import retention

    with Http() as http:
        return timed(lambda: retention.check_due(now)), http.seconds


def whole(report: Report, url: str, now: datetime) -> None:
    """One look against the bare statements on a copy: half of it before, half after, as machines drift."""
    from orders.retention import CHUNK

    def bare(first: int, last: int) -> float:
        return timed(lambda: [_bare(raw, range(at, min(at + CHUNK, last)), now) for at in range(first, last, CHUNK)])

    raw = scratch.connect(url)
    floor = bare(1, DUE // 2 + 1)
    with Longest(os.environ["DATABASE_URL"], pid=backend()) as longest:
        took, http = look(now)
    floor += bare(DUE // 2 + 1, DUE + 1)
    raw.close()
    report.growth.append({"n": DUE, "figure": took / DUE * 1e6, "unit": "µs a post, Weibo included"})
    note = f"at Weibo {http:.1f} s more; {DUE / took:,.0f} posts/s in all"
    report.add(Case(f"{DUE:,} due at once, without Weibo", took - http, "s", 3.0, "≤", floor=floor, note=note))
    report.add(Case("longest transaction", longest.seconds, "s", 2.0, "≤"))


def _bare(raw: "scratch.connection", ids: range, now: datetime) -> None:
    given = {"ids": list(ids), "now": now, "next": now + timedelta(hours=5), "hash": "0" * 64}
    with raw.cursor() as cursor:
        cursor.execute(BARE_UPDATE, given)
        must("each row was due", holds=len(cursor.fetchall()) == len(ids))
        cursor.execute(BARE_INSERT, given)
    raw.commit()


def growth(report: Report, now: datetime) -> None:
    for hours, count in enumerate(STEPS, start=1):
        took, _http = look(now + timedelta(hours=hours))
        step = {"n": count, "figure": took / count * 1e6, "unit": "µs a post, Weibo included"}
        report.growth.insert(hours - 1, step)


def neighbours(report: Report, now: datetime) -> None:
    from orders.models import Order

    first = Order.objects.filter(state="dispatched").earliest("id").pk
    alone = Neighbour(range(first, first + OWN // 2))
    time.sleep(CALM)
    calm = alone.stop()
    other = Neighbour(range(first + OWN // 2, first + OWN))
    look(now + timedelta(hours=3))
    beside(report, alone=calm, during=other.stop())


def plans(report: Report, now: datetime) -> None:
    """One round of posts whose next reading is due."""
    from orders import retention
    from orders.stopwatch import Stopwatch

    titles = {
        "UPDATE orders_order": "what was seen, into the readings and the orders",
        "FROM unnest(%s::bigint[]) AS o(id)": "the last reading of each",
        '"orders_order"."next_check_at" <=': "the posts that are due",
    }
    later = now + timedelta(hours=5)
    with explained(report, titles):
        retention._check(retention._due(later), watch=Stopwatch(later))


def check(report: Report) -> None:
    """Each due post was read once, is still published, and is read again at its next moment."""
    from benchmarks.market import scalar

    posted = DUE + sum(STEPS) + BESIDE
    read = "SELECT count(*) FROM (SELECT order_id FROM orders_reading GROUP BY 1 HAVING count(*) = 2) r"
    seen = """
        SELECT count(*) FROM orders_order WHERE state = 'published' AND next_check_at = posted_at + interval '6 hours'
          AND first_missing_at IS NULL AND undecided = '' AND reposts = 3 AND last_seen_at > posted_at
    """
    report.check("each post has one reading more", holds=scalar(read) == posted)
    report.check("each is kept and comes again at 6 hours", holds=scalar(seen) == posted)


if __name__ == "__main__":
    main()
