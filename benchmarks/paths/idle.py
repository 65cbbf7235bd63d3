"""The stack at rest: every process of `make run` with nothing to do, then with 1,000 orders waiting for their start.

The sandbox stands in for Weibo and Sina Pay, so it is started and left out of the count. PostgreSQL and Valkey are
counted. CPU is what the kernel charged each process, children and PostgreSQL's backends included.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import django
import psutil
import redis
from django.db import connection

from benchmarks import scratch
from benchmarks.result import Case, Report, must
from weitask.local.processes import Layout, commands

WATCHED: Final = float(os.environ.get("BENCH_SECONDS", "30"))
STARTED_IN: Final = 200.0  # seconds; sweeps look once a minute at least
WAITING: Final = 1_000
MB: Final = 2**20


def main() -> None:
    django.setup()
    from benchmarks import market

    report = Report("idle")
    market.run_from()
    with tempfile.TemporaryDirectory() as state, stack(Path(state)) as processes:
        settle()
        quiet = watch(processes)
        orders_waiting()
        waiting = watch(processes)
        note = ", ".join(f"{name} {share:.2f}" for name, share in quiet.items())
        report.add(Case("at rest", sum(quiet.values()), "% of a core", 5.0, "≤", note=note))
        note = ", ".join(f"{name} {share:.2f}" for name, share in waiting.items())
        report.add(Case(f"{WAITING:,} orders waiting", sum(waiting.values()), "% of a core", 5.0, "≤", note=note))
        for name, group in processes.items():
            shares = [share for one in family(group) if (share := memory(one))]
            report.growth.append({"n": len(shares), "figure": sum(shares), "unit": f"MB, processes of {name}"})
        check(report)
    print(report.line())


@contextmanager
def stack(state: Path) -> Iterator[dict[str, list[psutil.Process]]]:
    """What `make run` starts, by name; the sandbox runs too and is not among them."""
    layout = Layout(python=sys.executable, host="127.0.0.1", web_port=_port(), sandbox_port=_port(), state=str(state))
    sandbox = f"http://127.0.0.1:{layout.sandbox_port}"
    ours = {"SANDBOX_URL": sandbox, "SANDBOX_TICK": "1", "LOG_LEVEL": "ERROR", "MEDIA_ROOT": str(state)}
    environment = os.environ | ours
    (state / "keys").symlink_to(os.environ["WEITASK_KEY_DIR"])
    running: dict[str, list[psutil.Process]] = {}
    with ExitStack() as stack:
        for name, command in commands(layout).items():
            process = subprocess.Popen(command, cwd=scratch.ROOT, env=environment)
            stack.callback(_end, process)
            if name != "sandbox":
                running[name] = [psutil.Process(process.pid)]
        running["postgres"] = [_postmaster()]
        running["valkey"] = [psutil.Process(_broker().info("server")["process_id"])]
        yield running


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


def _postmaster() -> psutil.Process:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0]).parent() or psutil.Process()


def _broker() -> "redis.Redis":
    return redis.Redis.from_url(os.environ["BROKER_URL"].replace("redis+socket://", "unix://"))


def settle() -> None:
    """Wait until all that starts has started and looked once: the first look of a process imports and connects."""
    from weitask.models import Heartbeat

    until = time.monotonic() + STARTED_IN
    while Heartbeat.objects.filter(name="orders.counts").count() == 0:
        must("the stack started", holds=time.monotonic() < until)
        time.sleep(1)
    time.sleep(5)


def family(group: list[psutil.Process]) -> list[psutil.Process]:
    return [one for root in group for one in [root, *root.children(recursive=True)]]


def memory(process: psutil.Process) -> float:
    """Its share of memory in MB (proportional set size); 0 when it has just ended."""
    try:
        return float(process.memory_full_info().pss) / MB
    except (psutil.Error, FileNotFoundError):
        return 0.0


def watch(processes: dict[str, list[psutil.Process]]) -> dict[str, float]:
    """Per cent of one core each of them took while we looked away."""
    connection.close()
    before = {name: _seconds(group) for name, group in processes.items()}
    began = time.monotonic()
    time.sleep(WATCHED)
    took = time.monotonic() - began
    return {name: 100 * (_seconds(group) - before[name]) / took for name, group in processes.items()}


def _seconds(group: list[psutil.Process]) -> float:
    """CPU seconds so far, ended children included once their parent has waited for them."""
    total = 0.0
    for one in family(group):
        times = one.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def orders_waiting() -> None:
    """Accepted orders of two days ahead, as on any evening."""
    from benchmarks import fill, frozen, market

    market.advertisers(20)
    market.owners(200)
    market.accounts(WAITING, owned_by=200)
    market.tasks(50, advertisers_are=20)
    market.orders(
        WAITING,
        tasks_are=50,
        advertisers_are=20,
        accounts_are=WAITING,
        owners_are=200,
        state="'accepted'",
        start_at=f"{market.T0} + interval '2 days'",
        answered_at=market.T0,
    )
    frozen.orders(WAITING, advertisers_are=20)
    fill.settle_in()


def check(report: Report) -> None:
    """Everything really looked: the age of each sweep's last look, as healthz judges it, and no order moved."""
    from orders.models import Order
    from weitask import health
    from weitask.celery import app

    app.loader.import_default_modules()
    bad = {name: one for name, one in health._sweeps().items() if one["state"] not in ("ok", "starting")}
    must(f"every sweep looks, not {bad}", holds=not bad)
    report.check("every sweep looked in time", holds=not bad)
    report.check("all orders wait", holds=Order.objects.filter(state="accepted").count() == WAITING)


if __name__ == "__main__":
    main()
