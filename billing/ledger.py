"""The book: the only writer of balances (spec 4, architecture 1.3 and 1.4).

A transfer takes a positive amount of fen from one account (−) to another (+). `post` writes any number of them in a
handful of statements; the accounts are locked in id order before, so that `seq` and the running balance are true.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, connection, transaction

_LOCK: Final = "SELECT id, balance FROM billing_ledgeraccount WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

_POST: Final = """
WITH moved AS (
  INSERT INTO billing_transfer (reason, reference, source_id, target_id, amount, ends, limit_then, at)
  SELECT reason, reference, source, target, amount, ends, limit_then, %s
  FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
       WITH ORDINALITY AS new (reason, reference, source, target, amount, ends, limit_then, place)
  ORDER BY place
  RETURNING id, source_id, target_id, amount
), side AS (
  SELECT id AS transfer_id, source_id AS account_id, -amount AS amount FROM moved
  UNION ALL
  SELECT id, target_id, amount FROM moved
), entered AS (
  INSERT INTO billing_entry (transfer_id, account_id, amount, balance_after, seq)
  SELECT side.transfer_id, side.account_id, side.amount,
         account.balance + sum(side.amount) OVER running, account.seq + row_number() OVER running
  FROM side JOIN billing_ledgeraccount AS account ON account.id = side.account_id
  WINDOW running AS (PARTITION BY side.account_id ORDER BY side.transfer_id ROWS UNBOUNDED PRECEDING)
), total AS (
  SELECT account_id, sum(amount) AS amount, count(*) AS entries FROM side GROUP BY account_id
), balanced AS (
  UPDATE billing_ledgeraccount AS account
  SET balance = account.balance + total.amount, seq = account.seq + total.entries
  FROM total WHERE account.id = total.account_id
)
SELECT id FROM moved ORDER BY id
"""

_KNOWN: Final = "SELECT {party}, id FROM billing_ledgeraccount WHERE kind = %s AND {party} = ANY(%s)"
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


_BROKEN: Final = {
    "transfer_once": Duplicate,
    "billing_transfer_ends_key": Duplicate,
    "ledger_account_sign": Insufficient,
}


@dataclass(frozen=True, slots=True)
class NewTransfer:
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
        cursor.execute(known, [kind, ids])
        found: dict[int, int] = dict(cursor.fetchall())
        missing = [one for one in ids if one not in found]
        if missing:
            cursor.execute(_MAKE.format(party=party), [kind, missing])
            cursor.execute(known, [kind, missing])
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


def lock(ids: Collection[int]) -> dict[int, int]:
    """Lock ledger accounts in id order until the transaction ends; their balances in fen by account id.

    A caller that checks a balance before it posts locks every account it will post to here, at once: locking some
    now and some later would break the order.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(set(ids))])
        return dict(cursor.fetchall())


def post(transfers: Sequence[NewTransfer], *, at: datetime) -> list[int]:
    """Write transfers, their entries and the balances; returns the transfer ids in the order given.

    All or none, in a savepoint of the caller's transaction.

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
    lock({side for one in transfers for side in (one.source, one.target)})
    columns = [
        [getattr(one, name) for one in transfers]
        for name in ("reason", "reference", "source", "target", "amount", "ends", "limit_then")
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_POST, [at, *columns])
            return [row[0] for row in cursor.fetchall()]
    except IntegrityError as error:
        broken = _BROKEN.get(error.__cause__.diag.constraint_name or "")  # type: ignore[union-attr]
        if broken is None:
            raise
        raise broken(str(error.__cause__)) from error
