"""Export: a task of 100,000 orders × 20 columns as a workbook, made by a worker while the site is used (R89)."""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from typing import Any, Final

import django

from benchmarks import scratch
from benchmarks.result import Case, Report
from benchmarks.watching import CALM, Neighbour, beside, explained

ROWS: Final = int(os.environ.get("BENCH_N", "100000"))
STEPS: Final = (1_000, 20_000)  # the larger one is made once more, while others work
OWN: Final = 4_000  # orders that somebody else accepts


def main() -> None:
    with tempfile.TemporaryDirectory() as media:
        os.environ["MEDIA_ROOT"] = media
        django.setup()
        report = Report("export")
        build()
        for task, rows in enumerate(STEPS, start=1):
            made = run("worker", task=task)
            report.growth.append({"n": rows, "figure": made["seconds"] / rows * 1e6, "unit": "µs a row"})
        whole(report)
        plans(report)
    print(report.line())


def build() -> None:
    """Three tasks with so many orders, and a fourth whose orders others accept meanwhile."""
    from benchmarks import fill, frozen, market

    ends = [*STEPS, ROWS]
    ends = [sum(ends[: at + 1]) for at in range(3)]
    task = " ".join(f"WHEN n <= {end} THEN {at}" for at, end in enumerate(ends, start=1))
    made = f"n <= {ends[2]}"
    market.pin("2026-01-07T10:00:00+08:00")
    market.advertisers(1)
    market.owners(1_000)
    market.accounts(5_000, owned_by=1_000)
    market.tasks(4, advertisers_are=1)
    market.orders(
        ends[2] + OWN,
        tasks_are=4,
        advertisers_are=1,
        accounts_are=5_000,
        owners_are=1_000,
        task_id=f"CASE {task} ELSE 4 END",
        advertiser_id="1",
        start_at=f"{market.T0} + CASE WHEN {made} THEN 0 ELSE 96 END * interval '1 hour'",
        state=f"CASE WHEN {made} THEN 'achieved' ELSE 'dispatched' END",
        answered_at=f"CASE WHEN {made} THEN {market.T0} - interval '30 minutes' END",
        weibo_id=f"CASE WHEN {made} THEN (5200000000000000 + n)::text END",
        posted_at=f"CASE WHEN {made} THEN {market.T0} + n % 60 * interval '1 second' END",
        achieved_at=f"CASE WHEN {made} THEN {market.T0} + interval '25 hours' END",
        deleted_early="n % 2 = 0",
        reposts="n % 100",
    )
    frozen.orders(ends[2] + OWN, advertisers_are=1)
    fill.settle_in()


def run(kind: str, *arguments: str, task: int | None = None) -> dict[str, float]:
    """What `benchmarks.export_run` says of itself; for the worker, an export of the task is asked for first."""
    if task is not None:
        ask(task)
    command = [sys.executable, "-m", "benchmarks.export_run", kind, *arguments]
    done = subprocess.run(command, cwd=scratch.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def ask(task: int) -> Any:
    from orders import exports
    from tasks.models import Task
    from weitask import clock

    found = Task.objects.get(pk=task)
    return exports.ask(task=found, by=found.advertiser.user, now=clock.now())


def whole(report: Report) -> None:
    """The worker, half the floor on each side of it, as machines drift; then the smaller task with others beside it."""
    from orders.models import Order

    first = Order.objects.filter(state="dispatched").earliest("pk").pk
    before = run("floor", str(ROWS // 2))
    neighbour = Neighbour(range(first, first + OWN // 2))
    time.sleep(CALM)
    calm = neighbour.stop()
    made = run("worker", task=3)
    after = run("floor", str(ROWS // 2))
    check(report)
    again(2)
    neighbour = Neighbour(range(first + OWN // 2, first + OWN))
    run("worker")
    during = neighbour.stop()
    floor = before["seconds"] + after["seconds"]
    report.growth.append({"n": ROWS, "figure": made["seconds"] / ROWS * 1e6, "unit": "µs a row"})
    note = f"{ROWS / made['seconds']:,.0f} rows/s, reading them included"
    report.add(Case(f"{ROWS:,} rows × 20 columns", made["seconds"], "s", 1.15, "≤", floor=floor, note=note))
    note = f"peak {made['peak']:.0f} with the started worker; the floor grew by {before['grown']:.0f}"
    report.add(Case("memory it takes", made["grown"], "MB", 100.0, "≤", note=note))
    beside(report, alone=calm, during=during)


def again(task: int) -> None:
    """Let the same export wait once more."""
    from weitask.models import Export

    Export.objects.filter(asked__task=task).update(ready_at=None, claimed_until=None)


def check(report: Report) -> None:
    """The file that was handed in: its rows, its first ones cell by cell, and not one formula."""
    import openpyxl

    from weitask.models import Export

    export = Export.objects.get(asked__task=3)
    report.check("progress reached the end", holds=export.done == export.rows == ROWS)
    with zipfile.ZipFile(export.file.path) as archive, archive.open("xl/worksheets/sheet1.xml") as sheet:
        text = sheet.read()
    rows = text.count(b"<row ")
    report.check("every order is a row, and no cell a formula", holds=rows == ROWS + 1 and b"<f>" not in text)
    orders, totals = openpyxl.load_workbook(export.file.path, read_only=True, data_only=True).worksheets
    types = [cell.data_type for cell in next(orders.iter_rows(min_row=2, max_row=2)) if cell.value is not None]
    report.check("cells are typed", holds="".join(types) == "ssssssddsnnnnnnnndd")
    report.check("the totals count them all", holds=dict(totals.values)["订单数"] == ROWS)


def plans(report: Report) -> None:
    from orders import results
    from tasks.models import Task

    with explained(report, {'"orders_order"."id" IN': "a batch of the rows"}):
        next(results.lines(Task(pk=3)))


if __name__ == "__main__":
    main()
