"""The Friday batch: one run per cut-off, a payout per owner, an insert-only line per order (R126, architecture 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from billing import messages
from billing.models import PayoutRun
from billing.payouts import attempts
from weitask import arrays
from weitask.periods import is_cutoff

# The owner's bound card decides whether a payout begins as 待付款 or as 支付失败.
_ADD: Final = """
WITH line AS ({lines}),
owed AS (
  SELECT owed.owner_id, owed.amount, owed.orders, card.id AS card_id
  FROM (SELECT owner_id, sum(amount) AS amount, count(*) AS orders FROM line GROUP BY owner_id) AS owed
  LEFT JOIN billing_bankcard AS card ON card.owner_id = owed.owner_id AND card.state = 'bound'
), made AS (
  INSERT INTO billing_payout (run_id, owner_id, amount, state, problem)
  SELECT %(run)s, owner_id, amount, CASE WHEN card_id IS NULL THEN 'failed' ELSE 'pending' END,
         CASE WHEN card_id IS NULL THEN %(problem)s ELSE '' END
  FROM owed ORDER BY owner_id
  RETURNING id, owner_id, amount
), lined AS (
  INSERT INTO billing_payoutline (payout_id, order_id, amount)
  SELECT made.id, line.order_id, line.amount FROM line JOIN made USING (owner_id) ORDER BY line.order_id
), counted AS (
  UPDATE billing_payoutrun AS run SET orders = run.orders + total.orders, amount = run.amount + total.amount
  FROM (SELECT sum(orders) AS orders, sum(amount) AS amount FROM owed) AS total
  WHERE run.id = %(run)s AND total.orders > 0
)
SELECT made.id, made.owner_id, made.amount, owed.card_id
FROM made JOIN owed USING (owner_id) ORDER BY made.id
"""
_GIVEN: Final = """
SELECT * FROM unnest(%(orders)s::bigint[], %(owners)s::bigint[], %(amounts)s::bigint[])
  AS line (order_id, owner_id, amount)
"""
_CLOSE: Final = "UPDATE billing_payoutrun SET finished_at = %(now)s WHERE id = %(run)s AND finished_at IS NULL"


@dataclass(frozen=True, slots=True)
class Line:
    """One earned order of an owner, net fen."""

    order_id: int
    owner_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Lines that a query chooses: a million of them never leave the database.

    Attributes:
        sql: a SELECT of order_id, owner_id and amount; `%(run)s` in it is the run.
        parameters: its other parameters.
    """

    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


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


def add(*, run: PayoutRun, lines: Sequence[Line] | Chosen, now: datetime) -> None:
    """Add a chunk of orders: payouts, lines, first attempts and their transfers; all or none.

    All orders of an owner must be in one chunk. An owner without a bound card begins as 支付失败 and is told.

    Raises:
        IntegrityError: an order has a line already, or an owner a payout of this run.
        ledger.Insufficient: an owner is owed less than the lines say.
    """
    chosen = lines if isinstance(lines, Chosen) else _given(lines)
    parameters = {**chosen.parameters, "run": run.pk, "problem": gettext_noop("未绑定银行卡")}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ADD.format(lines=chosen.sql), parameters)
            made = cursor.fetchall()
        attempts.make([attempts.Owed(*row) for row in made if row[3] is not None], now=now)
        messages.no_card(payouts=[row[:3] for row in made if row[3] is None], now=now)


def _given(lines: Sequence[Line]) -> Chosen:
    columns = {
        "orders": arrays.literal(line.order_id for line in lines),
        "owners": arrays.literal(line.owner_id for line in lines),
        "amounts": arrays.literal(line.amount for line in lines),
    }
    return Chosen(_GIVEN, columns)


def close_run(*, run: PayoutRun, now: datetime) -> None:
    """Every chunk is in, and its totals with it. A run that is closed stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"run": run.pk, "now": now})
    run.refresh_from_db()
