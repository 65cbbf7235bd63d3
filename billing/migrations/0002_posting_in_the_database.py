"""Posting is a function of the database, and balances have room beside them.

`ledger_post` keeps its plan from call to call. That plan is made for any number of transfers and for accounts in any
number: every look-up goes by an index. A breach of one of three constraints is an answer and not an error, so that the
caller's transaction goes on without a savepoint of its own around each call.
"""

from django.db import migrations

POST = """
CREATE FUNCTION ledger_post(
  moment timestamptz, reasons text[], refs bigint[], sources bigint[], targets bigint[], amounts bigint[],
  endings bigint[], limits bigint[], OUT ids bigint[], OUT broken text, OUT problem text
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
  PERFORM FROM billing_ledgeraccount WHERE id = ANY (sources || targets) ORDER BY id FOR NO KEY UPDATE;
  BEGIN
    WITH moved AS (
      INSERT INTO billing_transfer (reason, reference, source_id, target_id, amount, ends, limit_then, at)
      SELECT reason, reference, source, target, amount, new.ends, limit_then, moment
      FROM unnest(reasons, refs, sources, targets, amounts, endings, limits)
           WITH ORDINALITY AS new (reason, reference, source, target, amount, ends, limit_then, place)
      ORDER BY place
      RETURNING id, source_id, target_id, amount
    ), side AS (
      SELECT id AS transfer_id, source_id AS account_id, -amount AS amount FROM moved
      UNION ALL
      SELECT id, target_id, amount FROM moved
    ), total AS (
      SELECT account_id, sum(amount)::bigint AS amount, count(*) AS entries FROM side GROUP BY account_id
    ), account AS (
      UPDATE billing_ledgeraccount AS account
      SET balance = account.balance + total.amount, seq = account.seq + total.entries
      FROM total WHERE account.id = total.account_id
      RETURNING account.id, account.balance - total.amount AS balance, account.seq - total.entries AS seq
    ), entered AS (
      INSERT INTO billing_entry (transfer_id, account_id, amount, balance_after, seq)
      SELECT side.transfer_id, side.account_id, side.amount,
             account.balance + sum(side.amount) OVER running, account.seq + row_number() OVER running
      FROM side JOIN account ON account.id = side.account_id
      WINDOW running AS (PARTITION BY side.account_id ORDER BY side.transfer_id ROWS UNBOUNDED PRECEDING)
    )
    SELECT array_agg(id ORDER BY id) INTO ids FROM moved;
  EXCEPTION WHEN unique_violation OR check_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME, problem = MESSAGE_TEXT;
    IF broken NOT IN ('transfer_once', 'transfer_ends_once', 'ledger_account_sign') THEN RAISE; END IF;
  END;
END $$
"""
DROP = """
DROP FUNCTION ledger_post(
  timestamptz, text[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[]
)
"""
# Balances are the most often updated rows there are, nearly every account of owners on a Friday: half a page is room for a
# second version of each row on it, and none of the four indexes is touched.
ROOM = "ALTER TABLE billing_ledgeraccount SET (fillfactor = 50)"
NO_ROOM = "ALTER TABLE billing_ledgeraccount RESET (fillfactor)"


class Migration(migrations.Migration):
    replaces = [("billing", "0006_posting_in_the_database")]
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(POST, DROP), migrations.RunSQL(ROOM, NO_ROOM)]
