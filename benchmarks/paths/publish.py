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

from benchmarks import loopback, scratch
from benchmarks.result import Case, Report, must, percentile

DUE: Final = int(os.environ.get("BENCH_N", "5000"))
FIRST: Final = DUE // 10  # a smaller batch before: the workers are warm then, and it shows how cost grows
PROCESSES: Final = 2  # of the worker, by weitask.local.processes
LEAD: Final = 25  # seconds before its start at which a batch finds the host up
GIVE_UP: Final = 120.0


def main() -> None:
    django.setup()
    report = Report("publish")
    build()
    with loopback.running(wait=0.1) as weibo:
        floor = bare(report, weibo)
    with loopback.running(wait=0.1) as weibo, host(weibo) as worker:
        small = batch(0, 1, FIRST, weibo, worker)
        whole = batch(1, FIRST + 1, DUE, weibo, worker)
        killed = batch(2, FIRST + DUE + 1, DUE, weibo, worker, kill=True)
        posts = loopback.ask(weibo, "/book")
    for n, took in ((FIRST, small), (DUE, whole)):
        report.growth.append({"n": n, "figure": n / took[-1], "unit": "posts/s"})
    report.add(Case(f"{DUE:,} in one minute", DUE / whole[-1], "posts/s", 0.5, "≥", floor=floor))
    report.add(Case("p99 lateness", percentile(whole, 0.99), "s", 20.0, "≤", note=f"last {whole[-1]:.1f} s"))
    on_time = [late for late in killed if late < 120]
    note = f"p99 of the {len(on_time):,} not on the wire at the kill {percentile(on_time, 0.99):.1f} s"
    report.add(Case("worker killed half way", DUE / on_time[-1], "posts/s", 0.5, "≥", floor=floor, note=note))
    check(report, posts)
    print(report.line())


def build() -> None:
    """Accepted orders on an account each, in three batches an hour apart, from T0 on."""
    from accounts.models import Slot
    from benchmarks import fill, frozen, market

    count = FIRST + 2 * DUE
    market.advertisers(50)
    market.owners(500)
    market.accounts(DUE, owned_by=500)
    market.tasks(100, advertisers_are=50)
    start = f"{market.T0} + CASE WHEN n <= {FIRST} THEN 0 WHEN n <= {FIRST + DUE} THEN 1 ELSE 2 END * interval '1 hour'"
    market.orders(
        count,
        tasks_are=100,
        advertisers_are=50,
        accounts_are=DUE,
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
        account_id=f"1 + (n - 1) % {DUE}",
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


def batch(hour: int, first: int, count: int, weibo: str, worker: Worker, *, kill: bool = False) -> list[float]:
    """Let the start of orders first … first + count - 1 come; how late each was posted, in seconds, sorted."""
    from orders.models import Order

    start = datetime.fromisoformat("2026-01-05T10:00:00+08:00") + timedelta(hours=hour)
    run_from(start - timedelta(seconds=LEAD))
    began = time.time() + LEAD
    mine = Order.objects.filter(pk__in=range(first, first + count))
    numbers = set(mine.values_list("number", flat=True))
    before = first - 1
    if kill:
        wait_for(lambda: loopback.ask(weibo, "/count") - before >= count // 2)
        worker.kill()
        worker.start()
        wait_for(lambda: not open_orders(mine))
        recover(mine)
    wait_for(lambda: not mine.filter(state="accepted").exists())
    return sorted(
        post["at"] - began
        for post in loopback.ask(weibo, "/book")
        if post["annotations"][0]["weitask_order"] in numbers
    )


def open_orders(mine: Any) -> bool:
    """Whether any of them still waits, other than for the fate of a post that was on the wire at the kill."""
    waiting = mine.filter(state="accepted").exclude(attempts__state__in=["sending", "unknown"])
    return bool(waiting.exists())


def recover(mine: Any) -> None:
    """Step the business clock to each look for a lost answer, 180 s after sending and 60 s later; beat rings."""
    from orders import reconciling
    from weitask import clock

    while mine.filter(state="accepted").exists():
        due = reconciling.reconcile_next_due(clock.now())
        if due is not None and due > clock.now():
            clock.advance(to=due)
        time.sleep(1)


def run_from(moment: datetime) -> None:
    """The business clock runs on from this moment."""
    from weitask import clock

    with connection.cursor() as cursor:
        cursor.execute(clock._SET.format(offset="%s - clock_timestamp()"), [moment, None])


def wait_for(done: Any) -> None:
    until = time.monotonic() + GIVE_UP
    while not done():
        must("it happened in time", holds=time.monotonic() < until)
        time.sleep(0.2)


def check(report: Report, posts: list[dict[str, Any]]) -> None:
    """Weibo's own book against ours: each order has one post, and that is the one it names."""
    from billing import audit
    from orders.models import Order, PublishAttempt

    made = Counter(post["annotations"][0]["weitask_order"] for post in posts)
    ours = dict(Order.objects.filter(state="published").values_list("number", "weibo_id"))
    theirs = {post["annotations"][0]["weitask_order"]: post["idstr"] for post in posts}
    report.check("0 double", holds=max(made.values()) == 1)
    report.check("0 lost", holds=ours == theirs and len(ours) == FIRST + 2 * DUE)
    left = PublishAttempt.objects.exclude(state__in=["confirmed", "absent"])
    report.check("no attempt is left open", holds=not left.exists())
    report.check("the audit is clean", holds=not audit.run())


if __name__ == "__main__":
    main()
