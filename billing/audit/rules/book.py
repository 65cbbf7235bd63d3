"""L01–L08: the book adds up by itself."""

from functools import partial

from billing.audit.registry import rule

_rule = partial(rule, app="billing")

# Each transfer: a positive amount, two accounts, exactly two entries, minus at the source and plus at the target.
_rule(
    "L01",
    """
    SELECT transfer.id AS transfer, transfer.amount, count(entry.id) AS entries
    FROM billing_transfer AS transfer LEFT JOIN billing_entry AS entry ON entry.transfer_id = transfer.id
    GROUP BY transfer.id
    HAVING transfer.amount <= 0 OR transfer.source_id = transfer.target_id OR count(entry.id) <> 2
        OR count(*) FILTER (WHERE entry.account_id = transfer.source_id AND entry.amount = -transfer.amount) <> 1
        OR count(*) FILTER (WHERE entry.account_id = transfer.target_id AND entry.amount = transfer.amount) <> 1
    """,
)

# All entries together are nothing.
_rule("L02", "SELECT sum(amount) AS drift_fen FROM billing_entry HAVING sum(amount) <> 0")

# And none of them hangs in the air.
_rule(
    "L02",
    """
    SELECT entry.id AS entry, entry.transfer_id, entry.account_id FROM billing_entry AS entry
    LEFT JOIN billing_transfer AS transfer ON transfer.id = entry.transfer_id
    LEFT JOIN billing_ledgeraccount AS account ON account.id = entry.account_id
    WHERE transfer.id IS NULL OR account.id IS NULL
    """,
)

# Each balance-after is the one before and the amount, `seq` has no gap, and the account stands where its last entry
# stands: so the stored balance is the sum of the entries.
_rule(
    "L03",
    """
    SELECT account.id AS account, account.balance, coalesce(last.balance_after, 0) AS entries_say
    FROM billing_ledgeraccount AS account
    LEFT JOIN LATERAL (
      SELECT seq, balance_after FROM billing_entry WHERE account_id = account.id ORDER BY seq DESC LIMIT 1
    ) AS last ON TRUE
    WHERE account.balance <> coalesce(last.balance_after, 0) OR account.seq <> coalesce(last.seq, 0)
    """,
)
_rule(
    "L03",
    """
    SELECT account_id AS account, seq, balance_after, before + amount AS running
    FROM (
      SELECT account_id, seq, balance_after, amount,
             lag(balance_after, 1, 0::bigint) OVER sofar AS before, row_number() OVER sofar AS place
      FROM billing_entry
      WINDOW sofar AS (PARTITION BY account_id ORDER BY seq ROWS UNBOUNDED PRECEDING)
    ) AS line
    WHERE balance_after <> before + amount OR seq <> place
    """,
)

# No zero and no absurd amount.
_rule(
    "L04",
    """
    SELECT id AS transfer, amount FROM billing_transfer WHERE amount = 0 OR abs(amount) > 10000000000000
    UNION ALL
    SELECT transfer_id, amount FROM billing_entry WHERE amount = 0 OR abs(amount) > 10000000000000
    """,
)

# One effect per reason and reference.
_rule(
    "L05",
    "SELECT reason, reference, count(*) AS times FROM billing_transfer GROUP BY reason, reference HAVING count(*) > 1",
)

# Frozen, refund-locked, payable, in-transit and suspense money is never negative, not even for a moment.
_rule(
    "L06",
    """
    SELECT account.id AS account, account.kind, account.balance, min(entry.balance_after) AS lowest
    FROM billing_ledgeraccount AS account
    LEFT JOIN billing_entry AS entry ON entry.account_id = account.id AND entry.balance_after < 0
    WHERE account.kind IN ('frozen', 'refund', 'payable', 'transit', 'suspense')
      AND (account.balance < 0 OR entry.id IS NOT NULL)
    GROUP BY account.id
    """,
)

# Platform cash is a debit account: stored at most zero, and so at every entry.
_rule(
    "L07",
    """
    SELECT account.id AS account, account.balance, max(entry.balance_after) AS highest
    FROM billing_ledgeraccount AS account LEFT JOIN billing_entry AS entry ON entry.account_id = account.id
    WHERE account.kind = 'cash'
    GROUP BY account.id
    HAVING account.balance > 0 OR max(entry.balance_after) > 0
    """,
)

# A freeze or a refund lock left the available account no lower than the limit in force then, which is no debt itself.
_rule(
    "L08",
    """
    SELECT transfer.id AS transfer, transfer.limit_then, entry.balance_after
    FROM billing_entry AS entry
    JOIN billing_transfer AS transfer ON transfer.id = entry.transfer_id AND transfer.source_id = entry.account_id
    WHERE entry.balance_after < 0 AND transfer.reason IN ('freeze', 'refund_lock')
      AND entry.balance_after < -coalesce(transfer.limit_then, 0)
    UNION ALL
    SELECT id, limit_then, NULL FROM billing_transfer WHERE limit_then < 0
    """,
)
