"""Posting at the minute: 5,000 accepted orders due at once, one worker host, a Weibo that takes 100 ms (R80).

The host is what `make run` starts for it: the worker of the queue `publish` (two processes with a pool of threads each)
and beat. The second time the whole worker is killed half way and another one started, as a supervisor does.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import django
import psutil
from django.db import connection
from django.db.models import F, Max

from benchmarks import loopback, scratch
from benchmarks.result import Case, Report, must, percentile

DUE: Final = int(os.environ.get("BENCH_N", "5000"))
FIRST: Final = DUE // 10  # a smaller batch before: the workers are warm then, and it shows how cost grows
STARTS: Final = (0, 60, 65)  # minutes after ten o'clock: of the smaller batch, of the one with the kill, of the whole
PROCESSES: Final = 2  # of the worker, by weitask.local.processes
LEAD: Final = 15  # seconds before its start at which a batch finds the host up
GIVE_UP: Final = 120.0


def main() -> None:
    django.setup()
    report = Report("publish")
    build()
    with loopback.running(wait=0.1) as weibo:
        floor = bare(report, weibo)
    with loopback.running(wait=0.1) as weibo, host(weibo) as worker:
        batches = [Batch(0, 1, FIRST), Batch(1, FIRST + 1, DUE), Batch(2, FIRST + DUE + 1, DUE)]
        for batch in batches:
            batch.begin()
            if batch.place == 1:
                wait_for(lambda: loopback.ask(weibo, "/count") >= FIRST + DUE // 2)
                worker.kill()
                worker.start()
            wait_for(batch.is_done)
        recover()
        posts = loopback.ask(weibo, "/book")
    small, killed, whole = (batch.lateness(posts) for batch in batches)
    for n, took in ((FIRST, small), (DUE, whole)):
        report.growth.append({"n": n, "figure": n / took[-1], "unit": "posts/s"})
    report.add(Case(f"{DUE:,} in one minute", DUE / whole[-1], "posts/s", 0.5, "≥", floor=floor))
    report.add(Case("p99 lateness", percentile(whole, 0.99), "s", 20.0, "≤", note=f"last {whole[-1]:.1f} s"))
    note = f"business time, stepped on to the looks for lost answers; real p99 {percentile(killed, 0.99):.1f} s"
    report.add(Case("worker killed half way, last post", batches[1].last(), "s", 900.0, "≤", note=note))
    check(report, posts)
    print(report.line())


def build() -> None:
    """Accepted orders in three batches, on an account each."""
    from accounts.models import Slot
    from benchmarks import fill, frozen, market

    count = FIRST + 2 * DUE
    after = [f"interval '{minutes} minutes'" for minutes in STARTS]
    market.advertisers(50)
    market.owners(500)
    market.accounts(2 * DUE, owned_by=500)
    market.tasks(100, advertisers_are=50, orders_each=count // 100)
    batch = f"CASE WHEN n <= {FIRST} THEN {after[0]} WHEN n <= {FIRST + DUE} THEN {after[1]} ELSE {after[2]} END"
    start = f"{market.T0} + {batch}"
    market.orders(
        count,
        tasks_are=100,
        advertisers_are=50,
        accounts_are=2 * DUE,
        owners_are=500,
        state="'accepted'",
        cause="'owner'",
        start_at=start,
        answered_at=f"{market.T0} - interval '30 minutes'",
        accepted_ip="'203.0.113.7'",
    )
    fill.rows(
        Slot,
        count,
        order_id="n",
        account_id=f"1 + (n - 1) % {2 * DUE}",
        period=f"tstzrange({start}, {start} + interval '15 minutes')",
    )
    loopback.authorise()
    frozen.orders(count, advertisers_are=50)
    fill.settle_in()


def bare(report: Report, weibo: str) -> float:
    """Posts/s of threads that claim, post and mark, in as many processes with as many threads."""
    from orders import pool

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_due (id bigint PRIMARY KEY, state text)")
        cursor.execute("CREATE INDEX ON floor_due (id) WHERE state = 'due'")
        cursor.execute("INSERT INTO floor_due SELECT n, 'due' FROM generate_series(1, %s) n", [DUE])
        cursor.execute("ANALYZE floor_due")
    command = [sys.executable, "-m", "benchmarks.posting_floor", weibo, str(pool.size())]
    crew = [subprocess.Popen(command, cwd=scratch.ROOT) for _ in range(PROCESSES)]
    must("the floor ran through", holds=all(process.wait() == 0 for process in crew))
    posts = loopback.ask(weibo, "/book")
    report.check("the floor posted each row once", holds=len({str(one["annotations"]) for one in posts}) == DUE)
    return DUE / (posts[-1]["at"] - posts[0]["at"])


class Worker:
    """The worker of posting, as `make run` starts it; `kill` ends it with its processes at a stroke."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=scratch.ROOT, env=self._environment)

    def kill(self) -> None:
        family = psutil.Process(self._process.pid)
        for one in [family, *family.children(recursive=True)]:
            one.send_signal(signal.SIGKILL)
        self._process.wait()


@contextmanager
def host(weibo: str) -> Iterator[Worker]:
    """One worker host: the worker of the queue and beat."""
    from weitask.local.processes import Layout, commands

    environment = os.environ | {name: weibo for name in loopback.BASES} | {"LOG_LEVEL": "ERROR"}
    with tempfile.TemporaryDirectory() as state:
        todo = commands(Layout(python=sys.executable, state=state))
        beat = subprocess.Popen(todo["beat"], cwd=scratch.ROOT, env=environment)
        worker = Worker(todo["worker-publish"], environment)
        try:
            yield worker
        finally:
            worker.kill()
            beat.kill()
            beat.wait()


class Batch:
    """Orders first … first + count - 1, whose start comes all at once."""

    def __init__(self, place: int, first: int, count: int) -> None:
        from orders.models import Order

        self.place = place
        self._mine = Order.objects.filter(pk__in=range(first, first + count))
        self._numbers = set(self._mine.values_list("number", flat=True))

    def begin(self) -> None:
        """Set the clock to just before the start."""
        from benchmarks import market

        start = datetime.fromisoformat("2026-01-05T10:00:00+08:00") + timedelta(minutes=STARTS[self.place])
        market.run_from((start - timedelta(seconds=LEAD)).isoformat())
        self._began = time.time() + LEAD

    def is_done(self) -> bool:
        """Whether none of them waits, other than for the fate of a post that was on the wire at the kill."""
        waiting = self._mine.filter(state="accepted").exclude(attempts__state__in=["sending", "unknown"])
        return time.time() > self._began and not waiting.exists()

    def lateness(self, posts: list[dict[str, Any]]) -> list[float]:
        """How late each was posted, in real seconds, sorted."""
        return sorted(post["at"] - self._began for post in posts if _number(post) in self._numbers)

    def last(self) -> float:
        """How late the last was posted, in business seconds."""
        late: timedelta = self._mine.aggregate(last=Max(F("posted_at") - F("start_at")))["last"]
        return late.total_seconds()


def recover() -> None:
    """Step the business clock to each look for a lost answer, 180 s after sending and 60 s later; beat rings."""
    from orders import reconciling
    from orders.models import Order
    from weitask import clock

    while Order.objects.filter(state="accepted").exists():
        due = reconciling.reconcile_next_due(clock.now())
        if due is not None and due > clock.now():
            clock.advance(to=due)
        time.sleep(1)


def wait_for(done: Any) -> None:
    until = time.monotonic() + GIVE_UP
    while not done():
        must("it happened in time", holds=time.monotonic() < until)
        time.sleep(0.2)


def _number(post: dict[str, Any]) -> str:
    return str(post["annotations"][0]["weitask_order"])


def check(report: Report, posts: list[dict[str, Any]]) -> None:
    """Weibo's own book against ours: each order has one post, and that is the one it names."""
    from billing import audit
    from orders.models import Order, PublishAttempt

    made = Counter(_number(post) for post in posts)
    ours = dict(Order.objects.filter(state="published").values_list("number", "weibo_id"))
    theirs = {_number(post): post["idstr"] for post in posts}
    report.check("0 double", holds=max(made.values()) == 1)
    report.check("0 lost", holds=ours == theirs and len(ours) == FIRST + 2 * DUE)
    left = PublishAttempt.objects.exclude(state__in=["confirmed", "absent"])
    report.check("no attempt is left open", holds=not left.exists())
    report.check("the audit is clean", holds=not audit.run())


if __name__ == "__main__":
    main()
