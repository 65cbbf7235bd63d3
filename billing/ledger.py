"""The book: the only writer of balances (spec 4, architecture 1.3 and 1.4).

A transfer takes a positive amount of fen from one account (−) to another (+). `post` hands any number of them to the
database's function `ledger_post`, which writes transfers, balances and entries in one statement; its update of the
balances locks the accounts in id order, so that `seq` and the running balance are true. It lives in the database
(migration 0007) because there its plan is kept: planning the statement anew cost more than running it for a single
transfer (ADR 7).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple, cast

import psycopg2
from django.db import IntegrityError, connection

from weitask import arrays

_POST: Final = "SELECT ledger_post(%s, %s, %s, %s, %s, %s, %s, %s)"

_KNOWN: Final = "SELECT {party}, id FROM billing_ledgeraccount WHERE kind = %s AND {party} = ANY(%s::bigint[])"
_MAKE: Final = """
INSERT INTO billing_ledgeraccount (kind, {party}, balance, seq)
SELECT %s, party, 0, 0 FROM unnest(%s::bigint[]) AS party ORDER BY party
ON CONFLICT DO NOTHING
"""
_PLATFORM: Final = "SELECT id FROM billing_ledgeraccount WHERE kind = %s AND advertiser_id IS NULL AND owner_id IS NULL"
_MAKE_PLATFORM: Final = (
    "INSERT INTO billing_ledgeraccount (kind, balance, seq) VALUES (%s, 0, 0) ON CONFLICT DO NOTHING"
)


class Duplicate(Exception):
    """A transfer of this reason and reference, or one that ends the same freeze, stands in the book already."""


class Insufficient(Exception):
    """An account that must not go below zero would have."""


# The constraints whose breach has a name of its own; any other error comes out as the database says it.
_BROKEN: Final = {
    "transfer_once": Duplicate,
    "transfer_ends_once": Duplicate,
    "ledger_account_sign": Insufficient,
}


class NewTransfer(NamedTuple):
    """A transfer to be posted.

    Attributes:
        reason: a `Reason`; with `reference` it happens once, ever.
        reference: id of the row the reason speaks of.
        source: ledger account that gives.
        target: ledger account that gets.
        amount: fen, positive.
        ends: the freeze transfer that an `earn` or a `release` ends (L12).
        limit_then: credit limit in force, fen, at a freeze or a refund lock (L08).
    """

    reason: str
    reference: int
    source: int
    target: int
    amount: int
    ends: int | None = None
    limit_then: int | None = None


def account_ids(*, kind: str, advertiser_ids: Collection[int] = (), owner_ids: Collection[int] = ()) -> dict[int, int]:
    """Ledger accounts of one kind by party: `{advertiser or owner id: ledger account id}`; missing ones are made."""
    party, wanted = ("advertiser_id", advertiser_ids) if advertiser_ids else ("owner_id", owner_ids)
    ids = list(set(wanted))
    with connection.cursor() as cursor:
        known = _KNOWN.format(party=party)
        cursor.execute(known, [kind, arrays.literal(ids)])
        found: dict[int, int] = dict(cursor.fetchall())
        missing = [one for one in ids if one not in found]
        if missing:
            cursor.execute(_MAKE.format(party=party), [kind, arrays.literal(missing)])
            cursor.execute(known, [kind, arrays.literal(missing)])
            found.update(cursor.fetchall())
    return found


def platform(kind: str) -> int:
    """The platform's own account of a kind; made at first use."""
    with connection.cursor() as cursor:
        cursor.execute(_PLATFORM, [kind])
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_MAKE_PLATFORM, [kind])
            cursor.execute(_PLATFORM, [kind])
            row = cursor.fetchone()
    return int(row[0])


def post(transfers: Sequence[NewTransfer], *, at: datetime) -> list[int]:
    """Write transfers, their entries and the balances; returns the transfer ids in the order given.

    All or none: an error undoes the block it is raised in, so `Duplicate` and `Insufficient` are caught around it.

    Args:
        transfers: in the order in which the running balances shall stand.
        at: business time.

    Raises:
        Duplicate: (reason, reference) or `ends` is in the book already.
        Insufficient: an account that must not go below zero (or, for cash and expense, above) would have.
        RuntimeError: called outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("ledger.post belongs inside a transaction")
    if not transfers:
        return []
    columns = zip(*transfers, strict=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_POST, [at, *map(arrays.literal, columns)])
            (ids,) = cursor.fetchone()
    except IntegrityError as error:
        refused = _BROKEN.get(cast(psycopg2.Error, error.__cause__).diag.constraint_name or "")
        if refused is None:
            raise
        raise refused(str(error)) from error
    return list(ids)
