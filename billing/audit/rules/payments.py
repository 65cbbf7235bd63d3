"""Payments in and out: runs, top-ups, what is under way, and what nobody looks after."""

from functools import partial

from billing.audit.registry import rule

_rule = partial(rule, app="billing")

# At most one payout per order, for ever: a payout lives on through its attempts.
_rule(
    "L17",
    "SELECT order_id, count(*) AS payouts FROM billing_payoutline GROUP BY order_id HAVING count(*) > 1",
)

# In transit per owner is what the open attempts carry; a payout under way has exactly one, of its own amount.
_rule(
    "L18",
    """
    SELECT coalesce(account.owner_id, under_way.owner_id) AS owner, coalesce(account.balance, 0) AS in_transit,
           coalesce(under_way.amount, 0) AS under_way
    FROM (SELECT owner_id, balance FROM billing_ledgeraccount WHERE kind = 'transit') AS account
    FULL JOIN (
      SELECT owner_id, sum(amount) AS amount FROM billing_payout WHERE state = 'pending' GROUP BY owner_id
    ) AS under_way ON under_way.owner_id = account.owner_id
    WHERE coalesce(account.balance, 0) <> coalesce(under_way.amount, 0)
    """,
)
_rule(
    "L18",
    """
    SELECT coalesce(payout.id, attempt.payout_id) AS payout, payout.state, count(attempt.id) AS open_attempts
    FROM billing_payout AS payout
    FULL JOIN (
      SELECT id, payout_id, amount FROM billing_payoutattempt WHERE state IN ('new', 'sent', 'unknown')
    ) AS attempt ON attempt.payout_id = payout.id
    GROUP BY payout.id, attempt.payout_id
    HAVING count(attempt.id) <> (CASE payout.state WHEN 'pending' THEN 1 ELSE 0 END)
        OR bool_or(attempt.amount <> payout.amount)
    """,
)
_rule(
    "L18",
    """
    SELECT coalesce(payout.id, line.payout_id) AS payout, payout.amount, line.amount AS lines
    FROM billing_payout AS payout
    FULL JOIN (SELECT payout_id, sum(amount) AS amount FROM billing_payoutline GROUP BY payout_id) AS line
      ON line.payout_id = payout.id
    WHERE payout.amount IS DISTINCT FROM line.amount
    """,
)

# One run per Friday, cut off at 00:00 in Shanghai.
_rule(
    "L20",
    """
    SELECT date_trunc('day', cutoff AT TIME ZONE 'Asia/Shanghai') AS day, count(*) AS runs
    FROM billing_payoutrun
    GROUP BY 1
    HAVING count(*) > 1 OR bool_or(
      extract(isodow FROM cutoff AT TIME ZONE 'Asia/Shanghai') <> 5
      OR (cutoff AT TIME ZONE 'Asia/Shanghai')::time <> '00:00'
    )
    """,
)

# A top-up says 成功 exactly when one transfer of its amount went from platform cash to its advertiser.
_rule(
    "L21",
    """
    SELECT topup.id AS topup, topup.state, topup.amount, booked.id AS transfer, booked.amount AS booked
    FROM (SELECT * FROM billing_topup WHERE state = 'success') AS topup
    FULL JOIN (
      SELECT transfer.id, transfer.reference, transfer.amount, target.advertiser_id
      FROM billing_transfer AS transfer
      JOIN billing_ledgeraccount AS source ON source.id = transfer.source_id
      JOIN billing_ledgeraccount AS target ON target.id = transfer.target_id
      WHERE transfer.reason = 'recharge' AND source.kind = 'cash' AND target.kind = 'available'
    ) AS booked
      ON booked.reference = topup.id AND booked.amount = topup.amount AND booked.advertiser_id = topup.advertiser_id
    WHERE topup.id IS NULL OR booked.id IS NULL
    """,
)

# Found money: what Sina confirmed came from platform cash, what was placed went on to its advertiser, each once.
_rule(
    "L21",
    """
    SELECT item.id AS item, item.reason, item.amount, moved.id AS transfer, moved.amount AS booked
    FROM (
      SELECT id, 'suspense' AS reason, amount, 0 AS advertiser FROM billing_suspenseitem WHERE confirmed_at IS NOT NULL
      UNION ALL
      SELECT id, 'suspense_out', amount, advertiser_id FROM billing_suspenseitem WHERE placed_at IS NOT NULL
    ) AS item
    FULL JOIN (
      SELECT transfer.id, transfer.reason, transfer.reference, transfer.amount,
             coalesce(target.advertiser_id, 0) AS payee
      FROM billing_transfer AS transfer
      JOIN billing_ledgeraccount AS source ON source.id = transfer.source_id
      JOIN billing_ledgeraccount AS target ON target.id = transfer.target_id
      WHERE (transfer.reason, source.kind, target.kind)
            IN (('suspense', 'cash', 'suspense'), ('suspense_out', 'suspense', 'available'))
    ) AS moved
      ON moved.reason = item.reason AND moved.reference = item.id AND moved.amount = item.amount
      AND moved.payee = item.advertiser
    WHERE item.id IS NULL OR moved.id IS NULL
    """,
)

# Nothing is unknown or in suspense for more than two days without an alarm that says so.
_rule(
    "L24",
    """
    SELECT attempt.number, attempt.made_at AS since
    FROM billing_payoutattempt AS attempt
    WHERE attempt.state IN ('new', 'sent', 'unknown') AND attempt.made_at < %(as_of)s - interval '2 days'
      AND NOT EXISTS (
        SELECT FROM weitask_alarm AS alarm WHERE alarm.kind = 'payout_unknown' AND alarm.key = attempt.number
          AND alarm.resolved_at IS NULL
      )
    UNION ALL
    SELECT item.number, item.at
    FROM billing_suspenseitem AS item
    WHERE item.placed_at IS NULL AND item.at < %(as_of)s - interval '2 days'
      AND NOT EXISTS (
        SELECT FROM weitask_alarm AS alarm WHERE alarm.kind = 'suspense' AND alarm.key = item.number
          AND alarm.resolved_at IS NULL
      )
    """,
)
