"""What similar accounts were paid for settled orders, in one statement a day (R142)."""

from datetime import datetime
from typing import Any, Final

from django.db import connection

from accounts import bands, price_bands

# An account counts once, however busy it is, by the middle of its own prices: a band is the market's, not one seller's.
_SETTLED: Final = """
WITH one AS (
    SELECT o.account_id, o.owner_id, a.category_id, o.form,
        width_bucket(o.followers, %(edges)s::bigint[]) AS band,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY o.price) AS price, count(*) AS orders
    FROM orders_order o JOIN accounts_mediaaccount a ON a.id = o.account_id
    WHERE o.achieved_at > %(since)s AND o.achieved_at <= %(now)s AND a.category_id IS NOT NULL
    GROUP BY o.account_id, o.owner_id, a.category_id, o.form, band
), banded AS (
    SELECT category_id, band, form, sum(orders)::int AS orders, count(DISTINCT owner_id) AS owners,
        percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY price) AS prices
    FROM one GROUP BY category_id, band, form
)
SELECT category_id, band, form, prices[1], prices[2], prices[3], orders
FROM banded WHERE orders >= %(orders)s AND owners >= %(owners)s
"""


def refresh(*, now: datetime) -> int:
    """Tell `accounts.price_bands` what 90 days of settled orders say; returns how many bands there are."""
    parameters: dict[str, Any] = {
        "edges": list(bands.FOLLOWERS),
        "since": now - price_bands.WINDOW,
        "now": now,
        "orders": price_bands.MIN_ORDERS,
        "owners": price_bands.MIN_OWNERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, parameters)
        settled = [price_bands.Settled(*row) for row in cursor.fetchall()]
    price_bands.keep(settled, now=now)
    return len(settled)
