"""The rules that compare orders with the book (faults section 2): each a SELECT that must return no row."""

from functools import partial
from typing import Final

from billing.audit import rule

_rule = partial(rule, app="orders")
_LIVE: Final = "('dispatched', 'accepted', 'published')"
_EARNED: Final = "('achieved', 'completed')"

# Frozen per advertiser is what its live orders cost, net + fee.
_rule(
    "L10",
    f"""
    SELECT coalesce(account.advertiser_id, live.advertiser_id) AS advertiser,
           coalesce(account.balance, 0) AS frozen, coalesce(live.total, 0) AS live_orders
    FROM (SELECT advertiser_id, balance FROM billing_ledgeraccount WHERE kind = 'frozen') AS account
    FULL JOIN (
      SELECT advertiser_id, sum(price + fee) AS total FROM orders_order WHERE state IN {_LIVE} GROUP BY advertiser_id
    ) AS live ON live.advertiser_id = account.advertiser_id
    WHERE coalesce(account.balance, 0) <> coalesce(live.total, 0)
    """,  # noqa: S608
)

# A task that is over holds nothing (A13).
_rule(
    "L10",
    f"""
    SELECT task.id AS task, count(*) AS live_orders FROM tasks_task AS task
    JOIN orders_order AS o ON o.task_id = task.id
    WHERE task.state = 'ended' AND o.state IN {_LIVE} GROUP BY task.id
    """,  # noqa: S608
)

# Each dispatched order was frozen exactly once, and nothing but orders was.
_rule(
    "L11",
    """
    SELECT o.id AS order_id, frozen.reference, count(frozen.id) AS freezes
    FROM orders_order AS o
    FULL JOIN (SELECT id, reference FROM billing_transfer WHERE reason = 'freeze') AS frozen ON frozen.reference = o.id
    GROUP BY o.id, frozen.reference HAVING o.id IS NULL OR count(frozen.id) <> 1
    """,
)

# Each frozen amount ends at most once, by a transfer of the same order.
_rule(
    "L12",
    """
    SELECT ending.ends AS ended, count(*) AS endings
    FROM billing_transfer AS ending
    LEFT JOIN billing_transfer AS frozen ON frozen.id = ending.ends AND frozen.reason = 'freeze'
      AND frozen.reference = ending.reference
    WHERE ending.reason IN ('earn', 'release')
    GROUP BY ending.ends HAVING count(*) > 1 OR count(frozen.id) <> count(*)
    """,
)

# The state agrees with the book: earned and not released, released and not earned, or neither.
_rule(
    "L13",
    f"""
    SELECT o.number, o.state, earned.id AS earned, released.id AS released
    FROM orders_order AS o
    LEFT JOIN billing_transfer AS earned ON earned.reference = o.id AND earned.reason = 'earn'
    LEFT JOIN billing_transfer AS released ON released.reference = o.id AND released.reason = 'release'
    WHERE (earned.id IS NOT NULL) <> (o.state IN {_EARNED})
       OR (released.id IS NOT NULL) <> (o.state IN ('refused', 'lapsed', 'cancelled', 'failed'))
    """,  # noqa: S608
)

# The charge is net + fee as submitted, net positive, fee not negative.
_rule(
    "L14",
    """
    SELECT o.number, o.price, o.fee, item.price AS price_submitted, item.fee AS fee_submitted
    FROM orders_order AS o JOIN tasks_item AS item ON item.id = o.item_id
    WHERE o.price <> item.price OR o.fee <> item.fee OR o.price <= 0 OR o.fee < 0
    """,
)

# What moved for an order is what its snapshot says, between its own advertiser and its own owner.
_rule(
    "L15",
    """
    SELECT o.number, moved.reason, moved.amount, o.price, o.fee
    FROM orders_order AS o
    JOIN billing_transfer AS moved ON moved.reference = o.id AND moved.reason IN ('freeze', 'release', 'earn', 'fee')
    JOIN billing_ledgeraccount AS source ON source.id = moved.source_id
    JOIN billing_ledgeraccount AS target ON target.id = moved.target_id
    WHERE CASE moved.reason
        WHEN 'freeze' THEN moved.amount = o.price + o.fee AND source.kind = 'available' AND target.kind = 'frozen'
          AND source.advertiser_id = o.advertiser_id AND target.advertiser_id = o.advertiser_id
        WHEN 'release' THEN moved.amount = o.price + o.fee AND source.kind = 'frozen' AND target.kind = 'available'
          AND source.advertiser_id = o.advertiser_id AND target.advertiser_id = o.advertiser_id
        WHEN 'earn' THEN moved.amount = o.price AND source.kind = 'frozen' AND target.kind = 'payable'
          AND source.advertiser_id = o.advertiser_id AND target.owner_id = o.owner_id
        ELSE moved.amount = o.fee AND source.kind = 'frozen' AND target.kind = 'fee'
          AND source.advertiser_id = o.advertiser_id
      END IS NOT TRUE
    UNION ALL
    SELECT o.number, 'fee', NULL, o.price, o.fee
    FROM orders_order AS o
    JOIN billing_transfer AS earned ON earned.reason = 'earn' AND earned.reference = o.id
    WHERE o.fee > 0
      AND NOT EXISTS (SELECT FROM billing_transfer AS fee WHERE fee.reason = 'fee' AND fee.reference = o.id)
    """,
)

# Payable per owner is the net of earned orders that are in no live payout.
_rule(
    "L16",
    f"""
    SELECT coalesce(account.owner_id, owed.owner_id) AS owner, coalesce(account.balance, 0) AS payable,
           coalesce(owed.total, 0) AS owed
    FROM (SELECT owner_id, balance FROM billing_ledgeraccount WHERE kind = 'payable') AS account
    FULL JOIN (
      SELECT o.owner_id, sum(o.price) AS total
      FROM orders_order AS o
      LEFT JOIN billing_payoutline AS line ON line.order_id = o.id
      LEFT JOIN billing_payout AS payout ON payout.id = line.payout_id
      WHERE o.state IN {_EARNED} AND (payout.id IS NULL OR payout.state = 'failed')
      GROUP BY o.owner_id
    ) AS owed ON owed.owner_id = account.owner_id
    WHERE coalesce(account.balance, 0) <> coalesce(owed.total, 0)
    """,  # noqa: S608
)

# Every line pays an earned order of its owner, its net, not before the cut-off that takes it in.
_rule(
    "L19",
    f"""
    SELECT line.order_id, run.cutoff, o.achieved_at
    FROM billing_payoutline AS line
    JOIN billing_payout AS payout ON payout.id = line.payout_id
    JOIN billing_payoutrun AS run ON run.id = payout.run_id
    LEFT JOIN orders_order AS o ON o.id = line.order_id
    WHERE o.id IS NULL OR o.state NOT IN {_EARNED} OR o.achieved_at > run.cutoff
       OR o.owner_id <> payout.owner_id OR o.price <> line.amount
    """,  # noqa: S608
)

# An order in a later batch than its own, or in none though its own is closed, has a recorded reason.
_rule(
    "L19",
    f"""
    SELECT o.id AS order_id, o.achieved_at, own.cutoff AS closed_without
    FROM orders_order AS o
    LEFT JOIN billing_payoutline AS line ON line.order_id = o.id
    LEFT JOIN billing_payout AS payout ON payout.id = line.payout_id
    LEFT JOIN billing_payoutrun AS run ON run.id = payout.run_id
    CROSS JOIN LATERAL (
      SELECT min(cutoff) AS cutoff FROM billing_payoutrun WHERE finished_at IS NOT NULL AND cutoff >= o.achieved_at
    ) AS own
    WHERE o.state IN {_EARNED}
      AND NOT EXISTS (SELECT FROM orders_latesettlement AS late WHERE late.order_id = o.id)
      AND (run.id IS NULL AND own.cutoff IS NOT NULL OR run.cutoff - o.achieved_at >= interval '168 hours')
    """,  # noqa: S608
)

# No try to post stays without a known fate for a day unless a person was called.
_rule(
    "L24",
    """
    SELECT o.number, attempt.number AS attempt, attempt.state, attempt.sent_at AS since
    FROM orders_publishattempt AS attempt JOIN orders_order AS o ON o.id = attempt.order_id
    WHERE attempt.state IN ('sending', 'unknown') AND attempt.sent_at < %(as_of)s - interval '24 hours'
      AND NOT EXISTS (
        SELECT FROM weitask_alarm AS alarm
        WHERE alarm.kind = 'order_undecided' AND alarm.key = o.number AND alarm.resolved_at IS NULL
      )
    """,
)

# 已发布 and later have a Weibo id of their own and a posted time.
_rule(
    "L25",
    """
    SELECT o.number, o.state, o.weibo_id, o.posted_at
    FROM orders_order AS o
    WHERE o.state IN ('published', 'achieved', 'completed', 'failed')
      AND (coalesce(o.weibo_id, '') = '' OR o.posted_at IS NULL)
    UNION ALL
    SELECT max(number), 'shared', weibo_id, NULL FROM orders_order
    WHERE weibo_id IS NOT NULL GROUP BY weibo_id HAVING count(*) > 1
    """,
)

# Slots of an account never overlap: in the order of their beginnings none reaches into the next.
_rule(
    "L27",
    """
    SELECT order_id, following AS overlaps
    FROM (
      SELECT order_id, period, lead(period) OVER line AS next_period, lead(order_id) OVER line AS following
      FROM accounts_slot
      WINDOW line AS (PARTITION BY account_id ORDER BY lower(period), id)
    ) AS slot
    WHERE period && next_period
    """,
)

# Who took a slot has it; who did not, has not.
_rule(
    "L27",
    """
    SELECT o.number, o.state, slot.order_id
    FROM orders_order AS o FULL JOIN accounts_slot AS slot ON slot.order_id = o.id
    WHERE o.id IS NULL
       OR (o.state IN ('accepted', 'published', 'achieved', 'completed', 'failed')) <> (slot.id IS NOT NULL)
       OR slot.id IS NOT NULL AND (lower(slot.period) <> o.start_at OR slot.account_id <> o.account_id)
    """,
)
