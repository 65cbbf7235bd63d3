"""ledger-batch: `ledger.post` of 1,000 transfers on spread accounts, one transaction each; 1 and 4 processes."""

import time
from collections.abc import Callable

import django

django.setup()

from django.db import transaction

from benchmarks import bookkeeping, clients, ledger_plan
from benchmarks.bookkeeping import Pairs
from benchmarks.result import AT_LEAST, Case, Report, median_of
from billing import ledger
from weitask import arrays, clock

BATCH = 1_000
SECONDS = 3.0
ROUNDS = 3
GOAL = 0.4
SIZES = (10, 100, 1_000, 10_000)

# Two entries and two balance updates per transfer, in one statement.
_FLOOR = """
WITH new AS (
  SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS new (id, source, target, amount)
), side AS (
  SELECT id, source AS account_id, -amount AS amount FROM new UNION ALL SELECT id, target, amount FROM new
), total AS (
  SELECT account_id, sum(amount) AS amount, count(*) AS entries FROM side GROUP BY account_id
), balanced AS (
  UPDATE bare_account AS account SET balance = account.balance + total.amount, seq = account.seq + total.entries
  FROM total WHERE account.id = total.account_id
  RETURNING account.id, account.balance, account.seq
)
INSERT INTO bare_entry (transfer_id, account_id, amount, balance_after, seq)
SELECT side.id, side.account_id, side.amount, balanced.balance, balanced.seq
FROM side JOIN balanced ON balanced.id = side.account_id
"""


def main() -> None:
    report = Report("ledger-batch")
    pairs = bookkeeping.accounts()
    for processes in (1, 4):
        ours, floor = [], []
        for _ in range(ROUNDS):  # in turns, so that a busy neighbour meets both
            floor.append(clients.rate(_floor(pairs, of=processes), processes=processes, seconds=SECONDS))
            ours.append(clients.rate(_ours(pairs, of=processes), processes=processes, seconds=SECONDS))
        report.add(
            Case(
                f"{BATCH:,} in one call, {processes} process{'es' if processes > 1 else ''}",
                median_of(iter(ours).__next__, runs=ROUNDS),
                "transfers/s",
                GOAL,
                AT_LEAST,
                floor=median_of(iter(floor).__next__, runs=ROUNDS),
            )
        )
    bookkeeping.check(report)
    report.growth = [{"n": size, "figure": _each(pairs, size), "unit": "µs per transfer"} for size in SIZES]
    report.plans["ledger_post, 1,000 transfers"] = ledger_plan.of_post(_batch(pairs, BATCH))
    print(report.line())


def _ours(pairs: Pairs, *, of: int, size: int = BATCH) -> Callable[[int], Callable[[], int]]:
    def make(client: int) -> Callable[[], int]:
        choose, numbers = bookkeeping.spread(pairs, client=client, of=of), bookkeeping.references(client)
        at = clock.now()

        def work() -> int:
            with transaction.atomic():
                ledger.post(bookkeeping.transfers(choose(size), numbers), at=at)
            return size

        return work

    return make


def _floor(pairs: Pairs, *, of: int) -> Callable[[int], Callable[[], int]]:
    def make(client: int) -> Callable[[], int]:
        choose, numbers = bookkeeping.spread(pairs, client=client, of=of), bookkeeping.references(client)
        opened = bookkeeping.bare()
        cursor = opened.cursor()

        def work() -> int:
            rows = [(next(numbers), source, target, bookkeeping.FEN) for source, target in choose(BATCH)]
            cursor.execute(_FLOOR, [arrays.literal(column) for column in zip(*rows, strict=True)])
            opened.commit()
            return BATCH

        return work

    return make


def _batch(pairs: Pairs, size: int) -> list[ledger.NewTransfer]:
    return bookkeeping.transfers(bookkeeping.spread(pairs, client=0, of=1)(size), bookkeeping.references(9))


def _each(pairs: Pairs, size: int) -> float:
    """Microseconds of one transfer in calls of this size, the best of three seconds."""
    work = _ours(pairs, of=1, size=size)(0)
    best = float("inf")
    until = time.perf_counter() + 3
    while time.perf_counter() < until or best == float("inf"):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best / size * 1e6


if __name__ == "__main__":
    main()
