"""The Friday batch: one run per cut-off, a payout per owner, an insert-only line per order (R126, architecture 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from billing import messages
from billing.models import PayoutRun
from billing.payouts import attempts
from weitask.periods import is_cutoff

# The owner's bound card decides whether a payout begins as 待付款 or as 支付失败.
_ADD: Final = """
WITH line AS (
  SELECT * FROM unnest(%(orders)s::bigint[], %(owners)s::bigint[], %(amounts)s::bigint[])
    AS line (order_id, owner_id, amount)
), owed AS (
  SELECT owner_id, sum(amount) AS amount FROM line GROUP BY owner_id ORDER BY owner_id
), made AS (
  INSERT INTO billing_payout (run_id, owner_id, amount, state, problem)
  SELECT %(run)s, owed.owner_id, owed.amount,
         CASE WHEN card.id IS NULL THEN 'failed' ELSE 'pending' END,
         CASE WHEN card.id IS NULL THEN %(problem)s ELSE '' END
  FROM owed LEFT JOIN billing_bankcard AS card ON card.owner_id = owed.owner_id AND card.state = 'bound'
  RETURNING id, owner_id, amount
), lined AS (
  INSERT INTO billing_payoutline (payout_id, order_id, amount)
  SELECT made.id, line.order_id, line.amount FROM line JOIN made USING (owner_id)
)
SELECT made.id, made.owner_id, made.amount, card.id
FROM made LEFT JOIN billing_bankcard AS card ON card.owner_id = made.owner_id AND card.state = 'bound'
ORDER BY made.id
"""

_CLOSE: Final = """
UPDATE billing_payoutrun AS run
SET finished_at = %(now)s, orders = total.orders, amount = total.amount
FROM (
  SELECT count(*) AS orders, coalesce(sum(line.amount), 0) AS amount
  FROM billing_payoutline AS line JOIN billing_payout AS payout ON payout.id = line.payout_id
  WHERE payout.run_id = %(run)s
) AS total
WHERE run.id = %(run)s AND run.finished_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One earned order of an owner, net fen."""

    order_id: int
    owner_id: int
    amount: int


def open_run(*, cutoff: datetime, now: datetime) -> PayoutRun:
    """The run of a cut-off, made at the first call and found again by every later one (R132, L20).

    Raises:
        ValueError: not a Friday 00:00 in Shanghai.
    """
    if not is_cutoff(cutoff):
        message = f"{cutoff.isoformat()} is no Friday 00:00 in Shanghai"
        raise ValueError(message)
    run, _made = PayoutRun.objects.get_or_create(cutoff=cutoff, defaults={"made_at": now})
    return run


def add(*, run: PayoutRun, lines: Sequence[Line], now: datetime) -> None:
    """Add a chunk of orders: payouts, lines, first attempts and their transfers; all or none.

    All orders of an owner must be in one chunk. An owner without a bound card begins as 支付失败 and is told.

    Raises:
        IntegrityError: an order has a line already, or an owner a payout of this run.
        ledger.Insufficient: an owner is owed less than the lines say.
    """
    parameters: dict[str, Any] = {
        "run": run.pk,
        "orders": [line.order_id for line in lines],
        "owners": [line.owner_id for line in lines],
        "amounts": [line.amount for line in lines],
        "problem": gettext_noop("未绑定银行卡"),
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ADD, parameters)
            made = cursor.fetchall()
        attempts.make([attempts.Owed(*row) for row in made if row[3] is not None], now=now)
        messages.no_card(payouts=[row[:3] for row in made if row[3] is None], now=now)


def close_run(*, run: PayoutRun, now: datetime) -> None:
    """Every chunk is in: note the totals. A run that is closed stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"run": run.pk, "now": now})
    run.refresh_from_db()
