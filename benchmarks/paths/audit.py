"""audit: every rule over 1,000,000 entries of earned and settled orders, and over a tenth of them."""

import os
import subprocess
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402

from benchmarks import book, fill, market, scratch  # noqa: E402
from benchmarks.result import AT_MOST, Case, Report  # noqa: E402
from billing import audit  # noqa: E402
from billing.audit import running  # noqa: E402
from billing.models import Entry, LedgerAccount  # noqa: E402
from orders import settlement  # noqa: E402

SIZES = ((16_000, 1_600), (158_000, 15_800))  # orders and owners: 100,000 and 1,000,000 entries
SECONDS = 60.0
GROWTH = 1.5
RUNS = 3

_PLANT = (
    "UPDATE billing_ledgeraccount SET balance = balance + 1 WHERE id = (SELECT max(id) FROM billing_ledgeraccount)",
    "UPDATE billing_entry SET balance_after = balance_after - 1 WHERE id = (SELECT max(id) / 2 FROM billing_entry)",
    "DELETE FROM billing_entry WHERE id = (SELECT max(id) / 3 FROM billing_entry)",
)


def main() -> None:
    report = Report("audit")
    with scratch.database("audit_small") as small:
        command = [sys.executable, "-m", "benchmarks.paths.audit", "small"]
        said = subprocess.run(
            command, cwd=scratch.ROOT, env=os.environ | {"DATABASE_URL": small}, check=True, stdout=subprocess.PIPE
        )
    entries, seconds = said.stdout.split()[-2:]
    few = float(seconds) / int(entries)
    report.growth.append({"n": int(entries), "figure": 1e6 * few, "unit": "µs per entry"})
    entries, seconds = _measure(*SIZES[1])
    many = seconds / entries
    report.growth.append({"n": entries, "figure": 1e6 * many, "unit": "µs per entry"})
    report.add(Case(f"{entries:,} entries", seconds, "s", SECONDS, AT_MOST))
    report.add(Case("cost of an entry, against a tenth of them", 1e6 * many, "µs", GROWTH, AT_MOST, floor=1e6 * few))
    report.check("clean", holds=not audit.run(as_of=book.NOW))
    _plant()
    found = {violation.rule for violation in audit.run(as_of=book.NOW)}
    report.check(
        "a balance, a running balance and an entry tampered with are found", holds=found == {"L01", "L02", "L03"}
    )
    report.plans |= _slowest()
    print(report.line())


def _measure(orders: int, owners: int) -> tuple[int, float]:
    """Entries, and the seconds of the middle of three audits."""
    book.earned(orders=orders, owners=owners)
    settlement.settle(cutoff=book.CUTOFF, now=book.NOW)
    fill.settle_in()
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        if audit.run(as_of=book.NOW):
            raise SystemExit("the book is not clean")
        seconds.append(time.perf_counter() - began)
    return market.scalar("SELECT count(*) FROM billing_entry"), sorted(seconds)[RUNS // 2]


def _plant() -> None:
    """Tamper past the triggers, as only the owner of the database could."""
    with fill.loading(LedgerAccount, Entry), connection.cursor() as cursor:
        for statement in _PLANT:
            cursor.execute(statement)


def _slowest() -> dict[str, str]:
    """The plan of the rule that took longest."""
    times = {}
    for rule in running.rules():
        began = time.perf_counter()
        with running._one_picture():
            running._violations(rule, as_of=book.NOW)
        times[rule.name, rule.sql] = time.perf_counter() - began
    name, sql = max(times, key=times.__getitem__)
    with running._one_picture(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}", {"as_of": book.NOW})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    return {f"rule {name}, the slowest": plan}


if __name__ == "__main__":
    if sys.argv[1:] == ["small"]:
        print(*_measure(*SIZES[0]))
    else:
        main()
