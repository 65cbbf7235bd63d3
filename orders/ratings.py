"""Feeding 帐号评级: once a day the facts of every account's last 30 days (R64, R140, A41, A42)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from accounts import rating
from orders import price_levels, refusals
from orders.batches import in_batches
from orders.models import Order, RatingRun
from weitask.periods import midnight, shanghai

AT: Final = timedelta(hours=4)  # after midnight in Shanghai
BATCH: Final = 1_000  # accounts

# A slot clash is nobody's choice and does not count (A18), nor does a stop (A21). An owner whose fault kept an accepted
# order from being posted has not delivered it (A24, A45).
_FACTS: Final = """
WITH o AS (
    SELECT o.*,
        o.state = 'cancelled' AND o.cause = 'owner_fault' AND o.answered_at IS NOT NULL AS let_down,
        o.state IN ('published', 'achieved', 'completed', 'failed') AS posted,
        o.answered_at > %(since)s AS answered_lately,
        o.posted_at > %(since)s OR coalesce(o.ended_at > %(since)s, false) AND
            (o.deleted_early OR o.state = 'failed') AS posted_lately
    FROM orders_order o WHERE o.account_id = ANY(%(accounts)s) AND o.dispatched_at <= %(now)s
),
f AS (
    SELECT o.*,
        answered_lately AND (posted OR state = 'accepted' OR let_down) AS took,
        answered_lately AND state = 'refused' AND cause = 'owner' AS declined,
        state = 'lapsed' AND start_at > %(since)s AS let_lapse
    FROM o
)
SELECT account_id,
    count(*) FILTER (WHERE took OR declined OR let_lapse),
    count(*) FILTER (WHERE took),
    count(*) FILTER (WHERE declined AND refusal_code = ANY(%(unfair)s)),
    count(*) FILTER (WHERE let_lapse),
    count(*) FILTER (WHERE posted AND posted_lately OR let_down AND answered_lately),
    count(*) FILTER (WHERE state = 'failed' AND posted_lately OR let_down AND answered_lately),
    count(*) FILTER (WHERE deleted_early AND posted_lately),
    count(*) FILTER (WHERE completed_at > %(since)s),
    (avg(extract(epoch FROM answered_at - dispatched_at)) FILTER (WHERE took OR declined) / 60)::int,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY reposts) FILTER (WHERE posted AND posted_at > %(since)s),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY comments) FILTER (WHERE posted AND posted_at > %(since)s)
FROM f GROUP BY account_id ORDER BY account_id
"""


def refresh_due(now: datetime) -> int:
    """At 04:00 Shanghai, once a day: rate every account that ever had an order, and keep the bands of prices.

    Returns how many scores changed.
    """
    moment = _due_at(now)
    if moment > now:
        return 0
    accounts = list(Order.objects.order_by("account_id").values_list("account_id", flat=True).distinct())
    changed = in_batches(
        ids=accounts, work=lambda ids: _apply(ids, now=now), sweep="orders.ratings", now=now, size=BATCH
    )
    price_levels.refresh(now=now)
    with transaction.atomic():
        RatingRun.objects.get_or_create(at=moment, defaults={"accounts": len(accounts)})
    return changed


def next_due(now: datetime) -> datetime | None:
    """The next 04:00 without a run, once there are orders."""
    return max(_due_at(now), now) if Order.objects.exists() else None


def facts(*, account_ids: Sequence[int], now: datetime) -> list[rating.Facts]:
    """What happened to these accounts' orders in the last 30 days; accounts without any order are left out."""
    parameters: dict[str, Any] = {
        "accounts": list(account_ids),
        "since": now - rating.WINDOW,
        "now": now,
        "unfair": list(refusals.UNFAIR),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, parameters)
        return [rating.Facts(*row) for row in cursor.fetchall()]


def _apply(account_ids: Sequence[int], *, now: datetime) -> int:
    return rating.apply(facts(account_ids=account_ids, now=now), now=now)


def _due_at(now: datetime) -> datetime:
    """Today's 04:00 when it has no run yet, else tomorrow's; a missed day is not made up."""
    today = midnight(shanghai(now - AT).date()) + AT
    return today + timedelta(days=1) if RatingRun.objects.filter(at__gte=today).exists() else today
