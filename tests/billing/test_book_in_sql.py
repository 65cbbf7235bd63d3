"""What the database refuses of the book, whoever writes: two entries per transfer, of its two accounts (L01, R132)."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing import audit, ledger
from billing.models import AccountKind, Entry, LedgerAccount, Transfer
from tests.billing.book import recharge
from tests.factories import AdvertiserFactory

pytestmark = pytest.mark.django_db

_WRITE = """
WITH made AS (
  INSERT INTO billing_transfer (reason, reference, source_id, target_id, amount, at)
  VALUES ('reversal', 77, %s, %s, 100, now()) RETURNING id
)
INSERT INTO billing_entry (transfer_id, account_id, amount, balance_after, seq)
SELECT made.id, side.account, side.amount, 0, 900 + row_number() OVER ()
FROM made, unnest(%s::bigint[], %s::bigint[]) AS side (account, amount)
"""


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def write(source, target, *sides):
    """A transfer of 100 fen and these entries, (account, fen), in one statement."""
    run(_WRITE, source, target, [account for account, _ in sides], [fen for _, fen in sides])


@pytest.fixture
def accounts() -> tuple[int, int, int]:
    """Three accounts that exist."""
    return tuple(ledger.platform(kind) for kind in (AccountKind.EXPENSE, AccountKind.FEE, AccountKind.SUSPENSE))


def test_a_transfer_with_its_two_entries_is_taken(accounts):
    source, target, _ = accounts
    write(source, target, (source, -100), (target, 100))
    assert Entry.objects.count() == 2


WRONG = {
    "none": lambda s, t, x: [],
    "one": lambda s, t, x: [(s, -100)],
    "other_amounts": lambda s, t, x: [(s, -99), (t, 99)],
    "turned_round": lambda s, t, x: [(s, 100), (t, -100)],
    "a_third_account": lambda s, t, x: [(s, -100), (x, 100)],
    "one_too_many": lambda s, t, x: [(s, -100), (t, 100), (x, 100)],
    "twice_the_source": lambda s, t, x: [(s, -100), (s, -100), (t, 100)],
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_transfer_with_other_entries_is_refused(accounts, wrong):
    source, target, _ = accounts
    with pytest.raises(DatabaseError):
        write(source, target, *wrong(*accounts))
    assert not Transfer.objects.exists()


def test_a_transfer_of_an_account_that_does_not_exist_is_refused(accounts):
    source = accounts[0]
    for nobody in ((0, source), (source, 0)):
        with pytest.raises(DatabaseError, match="its account is not there"):
            write(*nobody, (nobody[0], -100), (nobody[1], 100))


def test_the_entries_of_a_transfer_cannot_come_later(accounts):
    columns = "(reason, reference, source_id, target_id, amount, at)"
    with pytest.raises(DatabaseError, match="its two entries"):
        run(f"INSERT INTO billing_transfer {columns} VALUES ('reversal', 1, %s, %s, 5, now())", *accounts[:2])


def test_an_entry_of_no_transfer_is_refused(accounts):
    columns = "(transfer_id, account_id, amount, balance_after, seq)"
    with pytest.raises(DatabaseError, match="none of its two"):
        run(f"INSERT INTO billing_entry {columns} VALUES (0, %s, 1, 1, 1)", accounts[0])


def test_a_second_entry_for_the_same_side_is_refused(accounts):
    source, target, _ = accounts
    write(source, target, (source, -100), (target, 100))
    again = "SELECT transfer_id, account_id, amount, 0, 950 FROM billing_entry LIMIT 1"
    with pytest.raises(DatabaseError, match="entry_once_per_account"):
        run(f"INSERT INTO billing_entry (transfer_id, account_id, amount, balance_after, seq) {again}")


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE {table} SET id = id" for table in ("billing_transfer", "billing_entry")),
        "UPDATE billing_transfer SET amount = amount + 1",
        "UPDATE billing_entry SET account_id = account_id + 1",
        "UPDATE billing_ledgeraccount SET id = id + 1000",
        *(f"DELETE FROM {table}" for table in ("billing_transfer", "billing_entry", "billing_ledgeraccount")),
        *(f"TRUNCATE {table}" for table in ("billing_transfer", "billing_entry", "billing_ledgeraccount")),
        "TRUNCATE billing_ledgeraccount, billing_transfer, billing_entry",
        "TRUNCATE accounts_advertiser CASCADE",
    ],
)
def test_what_stands_in_the_book_stays(now, statement):
    recharge(AdvertiserFactory(), 100, at=now)
    run("SET CONSTRAINTS ALL IMMEDIATE")  # as after a commit: no pending check of a key refuses TRUNCATE in our place
    with pytest.raises(DatabaseError, match="Cannot"):
        run(statement)
    assert (Transfer.objects.count(), Entry.objects.count(), LedgerAccount.objects.count()) == (1, 2, 2)
    assert audit.run(only=["L01", "L02", "L03"], as_of=now) == []
