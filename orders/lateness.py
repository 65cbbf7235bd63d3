"""Why an order missed the Friday batch its 24 hours belonged to: stored when it happens, asked for by rule L19 (A34).

Whoever earns takes a shared lock, whoever closes a batch takes it alone; so each order is either seen by the closing
batch or sees that the batch is closed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from billing.models import PayoutRun
from orders.models import LateSettlement
from weitask import arrays

_LOCK_KEY: Final = 6_201_019  # of our advisory locks; the spec's L19
_SHARED: Final = "SELECT pg_advisory_xact_lock_shared(%s)"
_ALONE: Final = "SELECT pg_advisory_xact_lock(%s)"

_EARNED_LATE: Final = """
INSERT INTO orders_latesettlement (order_id, cutoff, reason, at)
SELECT o.id, r.cutoff, %(reason)s, %(now)s
FROM orders_order o
CROSS JOIN LATERAL (
    SELECT min(cutoff) AS cutoff FROM billing_payoutrun
    WHERE finished_at IS NOT NULL AND cutoff >= o.achieved_at
) r
WHERE o.id = ANY(%(ids)s::bigint[]) AND r.cutoff IS NOT NULL
ON CONFLICT (order_id) DO NOTHING
"""
_LEFT_OUT: Final = """
INSERT INTO orders_latesettlement (order_id, cutoff, reason, at)
SELECT o.id, %(cutoff)s, %(reason)s, %(now)s
FROM orders_order o
WHERE o.achieved_at <= %(cutoff)s
  AND NOT EXISTS (SELECT FROM billing_payoutline l WHERE l.order_id = o.id)
ON CONFLICT (order_id) DO NOTHING
"""
_NO_BATCH: Final = """
INSERT INTO orders_latesettlement (order_id, cutoff, reason, at)
SELECT o.id, %(cutoff)s::timestamptz - floor(extract(epoch FROM %(cutoff)s::timestamptz - o.achieved_at) / 604800)
       * interval '168 hours', %(reason)s, %(now)s
FROM orders_order o
WHERE o.id IN (SELECT order_id FROM ({orders}) AS taken)
  AND o.achieved_at <= %(cutoff)s::timestamptz - interval '168 hours'
ON CONFLICT (order_id) DO NOTHING
"""


def share() -> None:
    """Keep any batch from closing until this transaction, which earns, has ended."""
    _execute(_SHARED, [_LOCK_KEY])


def close_alone() -> None:
    """Wait until nobody is in the middle of earning, and let nobody begin until this transaction has ended."""
    _execute(_ALONE, [_LOCK_KEY])


def note_earned(*, order_ids: Sequence[int], now: datetime) -> None:
    """Of orders just earned: note those whose batch is closed already (proven after it)."""
    _execute(_EARNED_LATE, {"ids": arrays.literal(order_ids), "reason": LateSettlement.Reason.PROVEN_LATE, "now": now})


def note_left_out(*, run: PayoutRun, now: datetime) -> None:
    """Note every due order that this batch closes without (proven while it was being made)."""
    _execute(_LEFT_OUT, {"cutoff": run.cutoff, "reason": LateSettlement.Reason.PROVEN_LATE, "now": now})


def note_no_batch(*, orders: str, run: PayoutRun, now: datetime) -> None:
    """Of orders this batch takes in: note those that an earlier Friday should have, had there been a batch.

    `orders` is a SELECT of `order_id`.
    """
    parameters = {"cutoff": run.cutoff, "reason": LateSettlement.Reason.NO_BATCH, "now": now}
    _execute(_NO_BATCH.format(orders=orders), parameters)


def _execute(statement: str, parameters: "list[Any] | dict[str, Any]") -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
