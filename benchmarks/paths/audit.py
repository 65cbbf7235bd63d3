"""audit: every rule over 1,000,000 entries of earned and settled orders, and over a tenth of them."""

import os
import subprocess
import sys
import time

import django

django.setup()

from django.db import connection

from benchmarks import book, fill, market, scratch
from benchmarks.result import AT_MOST, Case, Report, must
from billing import audit
from billing.audit import running
from billing.models import Entry, LedgerAccount
from orders import settlement

SIZES = ((16_000, 1_600), (162_000, 16_200))  # orders and owners: 100,000 and 1,000,000 entries
SECONDS = 60.0
GROWTH = 1.5
RUNS = 2  # at least, and for so many seconds: a busy neighbour must meet the small book as he meets the large one
LASTING = 15.0
PLANTED = ("L01", "L02", "L03")
ENTRY_BY_ENTRY = ("L01", "L02", "L03", "L15")

_PLANT = (
    "UPDATE billing_ledgeraccount SET balance = balance + 1 WHERE id = (SELECT max(id) FROM billing_ledgeraccount)",
    "UPDATE billing_entry SET balance_after = balance_after - 1 WHERE id = (SELECT max(id) / 2 FROM billing_entry)",
    "DELETE FROM billing_entry WHERE id = (SELECT max(id) / 3 FROM billing_entry)",
)


def main() -> None:
    report = Report("audit")
    with scratch.database("audit_small") as small:
        command = [sys.executable, "-m", "benchmarks.paths.audit", "small"]
        environment = os.environ | {"DATABASE_URL": small}
        said = subprocess.run(command, cwd=scratch.ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    entries, seconds = said.stdout.split()[-2:]
    few = float(seconds) / int(entries)
    report.growth.append({"n": int(entries), "figure": 1e6 * few, "unit": "µs per entry"})
    entries, seconds = _measure(*SIZES[1])
    many = seconds / entries
    report.growth.append({"n": entries, "figure": 1e6 * many, "unit": "µs per entry"})
    report.add(Case(f"{entries:,} entries", seconds, "s", SECONDS, AT_MOST))
    report.add(Case("cost of an entry, against a tenth of them", 1e6 * many, "µs", GROWTH, AT_MOST, floor=1e6 * few))
    report.plans |= _slowest()
    _plant()
    found = {violation.rule for violation in audit.run(only=PLANTED, as_of=book.NOW)}
    report.check("a balance, a running balance and an entry tampered with are found", holds=found == set(PLANTED))
    print(report.line())


def _measure(orders: int, owners: int) -> tuple[int, float]:
    """Entries, and the mean seconds of an audit, all of them clean."""
    book.earned(orders=orders, owners=owners)
    settlement.settle(cutoff=book.CUTOFF, now=book.NOW)
    fill.settle_in()
    runs = 0
    began = time.perf_counter()
    while runs < RUNS or time.perf_counter() - began < LASTING:
        must("the book is clean", holds=not audit.run(as_of=book.NOW))
        runs += 1
    return market.scalar("SELECT count(*) FROM billing_entry"), (time.perf_counter() - began) / runs


def _plant() -> None:
    """Tamper past the triggers, as only the owner of the database could."""
    with fill.loading(LedgerAccount, Entry), connection.cursor() as cursor:
        for statement in _PLANT:
            cursor.execute(statement)


def _slowest() -> dict[str, str]:
    """The plan of the rule that takes longest, of those that read the book entry by entry."""
    plans = {}
    with running._one_picture(), connection.cursor() as cursor:
        for rule in running.rules(ENTRY_BY_ENTRY):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {rule.sql}", {"as_of": book.NOW})
            plan = [line for (line,) in cursor.fetchall()]
            plans[float(plan[-1].split()[-2])] = (rule.name, "\n".join(plan))
    name, plan = plans[max(plans)]
    return {f"rule {name}, the slowest": plan}


if __name__ == "__main__":
    if sys.argv[1:] == ["small"]:
        print(*_measure(*SIZES[0]))
    else:
        main()
