"""Feeding 帐号评级: once a day the facts of every account's last 30 days (R64, R140, A41, A42)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from accounts import rating
from orders import price_levels, refusals
from orders.batches import in_batches
from orders.models import Order, RatingRun
from weitask import arrays
from weitask.periods import midnight, shanghai

AT: Final = timedelta(hours=4)  # after midnight in Shanghai
BATCH: Final = 1_000  # accounts

# A slot clash is nobody's choice and does not count (A18), nor does a stop (A21). An owner whose fault kept an accepted
# order from being posted has not delivered it (A24, A45). Of an order that is spared, an appeal having been
# accepted, only what went well counts.
_STATEMENT: Final = """
WITH o AS (
    SELECT o.*,
        o.state = 'cancelled' AND o.cause = 'owner_fault' AND o.answered_at IS NOT NULL AS let_down,
        o.state IN ('published', 'achieved', 'completed', 'failed') AS posted,
        o.answered_at > %(since)s AS answered_lately,
        o.posted_at > %(since)s OR coalesce(o.ended_at > %(since)s, false) AND
            (o.deleted_early OR o.state = 'failed') AS posted_lately,
        EXISTS (SELECT FROM orders_ratingappeal a WHERE a.order_id = o.id AND a.accepted) AS excused
    FROM orders_order o WHERE o.account_id = ANY(%(accounts)s::bigint[]) AND o.dispatched_at <= %(now)s
),
f AS (
    SELECT o.*, {subject} AS subject, {spared} AS spared,
        answered_lately AND (posted OR state = 'accepted' OR let_down) AS took,
        answered_lately AND state = 'refused' AND cause = 'owner' AS declined,
        state = 'lapsed' AND start_at > %(since)s AS let_lapse,
        posted AND posted_lately OR let_down AND answered_lately AS delivered,
        state = 'failed' AND posted_lately OR let_down AND answered_lately AS undone
    FROM {rows}
)
SELECT subject,
    count(*) FILTER (WHERE took OR (declined OR let_lapse) AND NOT spared),
    count(*) FILTER (WHERE took),
    count(*) FILTER (WHERE declined AND refusal_code = ANY(%(unfair)s) AND NOT spared),
    count(*) FILTER (WHERE let_lapse AND NOT spared),
    count(*) FILTER (WHERE delivered AND NOT (undone AND spared)),
    count(*) FILTER (WHERE undone AND NOT spared),
    count(*) FILTER (WHERE deleted_early AND posted_lately AND NOT spared),
    count(*) FILTER (WHERE completed_at > %(since)s),
    (avg(extract(epoch FROM answered_at - dispatched_at)) FILTER (WHERE took OR declined) / 60)::int,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY reposts) FILTER (WHERE posted AND posted_at > %(since)s),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY comments) FILTER (WHERE posted AND posted_at > %(since)s)
FROM f GROUP BY subject ORDER BY subject
"""
_FACTS: Final = _STATEMENT.format(subject="account_id", spared="excused", rows="o")
_SPARING: Final = _STATEMENT.format(
    subject="one.id",
    spared="excused OR o.id = one.id",
    rows="o CROSS JOIN unnest(%(each)s::bigint[]) AS one (id)",
)


def refresh_due(now: datetime) -> int:
    """At 04:00 Shanghai, once a day: rate every account that ever had an order, and keep the bands of prices.

    Returns how many scores changed.
    """
    moment = _due_at(now)
    if moment > now:
        return 0
    accounts = list(Order.objects.order_by("account_id").values_list("account_id", flat=True).distinct())
    changed = in_batches(
        ids=accounts, work=lambda ids: refresh(account_ids=ids, now=now), sweep="orders.ratings", now=now, size=BATCH
    )
    price_levels.refresh(now=now)
    with transaction.atomic():
        RatingRun.objects.get_or_create(at=moment, defaults={"accounts": len(accounts)})
    return changed


def next_due(now: datetime) -> datetime | None:
    """The next 04:00 without a run, once there are orders."""
    return max(_due_at(now), now) if Order.objects.exists() else None


def refresh(*, account_ids: Sequence[int], now: datetime) -> int:
    """Rate these accounts at once; returns how many scores changed."""
    return rating.apply(facts(account_ids=account_ids, now=now), now=now)


def facts(*, account_ids: Sequence[int], now: datetime) -> list[rating.Facts]:
    """What happened to these accounts' orders in the last 30 days; accounts without any order are left out."""
    return [rating.Facts(*row) for row in _rows(_FACTS, _parameters(account_ids, now))]


def facts_sparing(*, account_id: int, order_ids: Sequence[int], now: datetime) -> dict[int, rating.Facts]:
    """The same of one account, for each of these orders as if an appeal about it had been accepted (A42)."""
    rows = _rows(_SPARING, _parameters([account_id], now) | {"each": list(order_ids)})
    return {order_id: rating.Facts(account_id, *figures) for order_id, *figures in rows}


def _parameters(account_ids: Sequence[int], now: datetime) -> dict[str, Any]:
    return {
        "accounts": arrays.literal(account_ids),
        "since": now - rating.WINDOW,
        "now": now,
        "unfair": list(refusals.UNFAIR),
    }


def _rows(statement: str, parameters: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def _due_at(now: datetime) -> datetime:
    """Today's 04:00 when it has no run yet, else tomorrow's; a missed day is not made up."""
    today = midnight(shanghai(now - AT).date()) + AT
    return today + timedelta(days=1) if RatingRun.objects.filter(at__gte=today).exists() else today
