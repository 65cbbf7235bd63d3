"""ledger-one: a transaction of one transfer, 4 processes; spread accounts, and one account that all want."""

from collections.abc import Callable

import django

django.setup()

from django.db import transaction

from benchmarks import bookkeeping, clients
from benchmarks.bookkeeping import Pairs
from benchmarks.result import AT_LEAST, Case, Report, median_of
from billing import ledger
from weitask import clock

PROCESSES = 4
SECONDS = 3.0
ROUNDS = 3
GOAL = 0.45

_ENTRY = "INSERT INTO bare_entry (transfer_id, account_id, amount, balance_after, seq) VALUES (%s, %s, %s, 0, 0)"
_BALANCE = "UPDATE bare_account SET balance = balance + %s, seq = seq + 1 WHERE id = %s"


def main() -> None:
    report = Report("ledger-one")
    pairs = bookkeeping.accounts()
    before = bookkeeping.deadlocks()
    for name, choice in (("spread over 100,000 accounts", bookkeeping.spread), ("one hot account", bookkeeping.hot)):
        ours, floor = [], []
        for _ in range(ROUNDS):  # in turns, so that a busy neighbour meets both
            floor.append(clients.rate(_floor(pairs, choice), processes=PROCESSES, seconds=SECONDS))
            ours.append(clients.rate(_ours(pairs, choice), processes=PROCESSES, seconds=SECONDS))
        report.add(
            Case(
                f"{name}, {PROCESSES} processes",
                median_of(iter(ours).__next__, runs=ROUNDS),
                "transfers/s",
                GOAL,
                AT_LEAST,
                floor=median_of(iter(floor).__next__, runs=ROUNDS),
            )
        )
    for processes in (1, 2, 4, 8):
        figure = clients.rate(_ours(pairs, bookkeeping.hot, of=processes), processes=processes, seconds=SECONDS / 2)
        report.growth.append({"n": processes, "figure": figure, "unit": "transfers/s, processes on one hot account"})
    report.check("no deadlock", holds=bookkeeping.deadlocks() == before)
    bookkeeping.check(report)
    print(report.line())


def _ours(pairs: Pairs, choice: Callable[..., Callable], *, of: int = PROCESSES) -> Callable[[int], Callable[[], int]]:
    def make(client: int) -> Callable[[], int]:
        choose, numbers = choice(pairs, client=client, of=of), bookkeeping.references(client)
        at = clock.now()

        def work() -> int:
            with transaction.atomic():
                ledger.post(bookkeeping.transfers(choose(1), numbers), at=at)
            return 1

        return work

    return make


def _floor(pairs: Pairs, choice: Callable[..., Callable]) -> Callable[[int], Callable[[], int]]:
    """Two inserts and two updates in a transaction; the hot account is locked first by all, so that none deadlocks."""

    def make(client: int) -> Callable[[], int]:
        choose, numbers = choice(pairs, client=client, of=PROCESSES), bookkeeping.references(client)
        opened = bookkeeping.bare()
        cursor = opened.cursor()

        def work() -> int:
            ((source, target),) = choose(1)
            number = next(numbers)
            cursor.execute(_ENTRY, [number, source, -bookkeeping.FEN])
            cursor.execute(_ENTRY, [number, target, bookkeeping.FEN])
            cursor.execute(_BALANCE, [-bookkeeping.FEN, source])
            cursor.execute(_BALANCE, [bookkeeping.FEN, target])
            opened.commit()
            return 1

        return work

    return make


if __name__ == "__main__":
    main()
