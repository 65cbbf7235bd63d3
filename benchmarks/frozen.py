"""The book that belongs to a market: money paid in, frozen for every order, and each account's running balance."""

from typing import Final

from django.db import connection

from benchmarks import fill
from benchmarks.market import FEE, PRICE, T0
from billing.models import Entry, LedgerAccount, TopUp, Transfer

SPARE: Final = 1_000_000  # fen that each advertiser has beyond what its orders freeze

# Entries, balances and sequence numbers follow from the transfers alone, as `ledger.post` would have written them.
_ENTER: Final = """
INSERT INTO billing_entry (transfer_id, account_id, amount, balance_after, seq)
SELECT id, account, amount, sum(amount) OVER running, row_number() OVER running
FROM (SELECT id, source_id AS account, -amount AS amount FROM billing_transfer
      UNION ALL SELECT id, target_id, amount FROM billing_transfer) side
WINDOW running AS (PARTITION BY account ORDER BY id ROWS UNBOUNDED PRECEDING)
"""
_EARNED: Final = """
SELECT o.id, o.advertiser_id, o.owner_id, o.price, t.id AS freeze
FROM orders_order o JOIN billing_transfer t ON t.reason = 'freeze' AND t.reference = o.id
WHERE o.state IN ('achieved', 'completed') ORDER BY o.id
"""
_BALANCE: Final = """
UPDATE billing_ledgeraccount a SET balance = s.amount, seq = s.entries
FROM (SELECT account_id, sum(amount) AS amount, count(*) AS entries FROM billing_entry GROUP BY 1) s
WHERE a.id = s.account_id
"""


def orders(count: int, *, advertisers_are: int, earned: bool = False) -> None:
    """Every advertiser has paid in, and the money of orders 1 … `count` is frozen; the book was empty before.

    Advertisers and orders are those of `market`: order n is of task 1 + (n-1) % tasks, and so on. `earned`: what is
    achieved or completed has gone on to its owner, the fee left aside.
    """
    fill.rows(LedgerAccount, 1, kind="'cash'")
    account = "(SELECT id FROM billing_ledgeraccount WHERE kind = '{}' AND advertiser_id = {})"
    each = (PRICE + FEE) * (count // advertisers_are + 1) * 2 + SPARE
    fill.rows(
        TopUp,
        advertisers_are,
        id="n",
        advertiser_id="n",
        number="'RC' || n",
        amount=str(each),
        state="'success'",
        created_at=f"{T0} - interval '3 hours'",
        ended_at=f"{T0} - interval '3 hours'",
    )
    fill.rows(
        Transfer,
        advertisers_are,
        reason="'recharge'",
        reference="n",
        source_id="(SELECT id FROM billing_ledgeraccount WHERE kind = 'cash')",
        target_id=account.format("available", "n"),
        amount=str(each),
        at=f"{T0} - interval '3 hours'",
    )
    advertiser = "(SELECT advertiser_id FROM orders_order o WHERE o.id = n)"
    fill.rows(
        Transfer,
        count,
        reason="'freeze'",
        reference="n",
        source_id=account.format("available", advertiser),
        target_id=account.format("frozen", advertiser),
        amount=str(PRICE + FEE),
        limit_then="0",
        at=f"{T0} - interval '1 hour'",
    )
    if earned:
        fill.rows(
            Transfer,
            count,
            of=f"({_EARNED}) AS o",
            reason="'earn'",
            reference="o.id",
            source_id=account.format("frozen", "o.advertiser_id"),
            target_id="(SELECT id FROM billing_ledgeraccount WHERE kind = 'payable' AND owner_id = o.owner_id)",
            amount="o.price",
            ends="o.freeze",
            at=T0,
        )
    with fill.loading(Entry, LedgerAccount), connection.cursor() as cursor:
        cursor.execute(_ENTER)
        cursor.execute(_BALANCE)
