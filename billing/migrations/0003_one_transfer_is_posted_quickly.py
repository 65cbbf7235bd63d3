"""A breach is an error again, and a single transfer has statements of its own.

Every caller undoes its whole block when a transfer is refused, so `ledger_post` needs no savepoint inside: a savepoint
made those who wait for the account wake twice, and took part of the time for which the account is held. A single
transfer does what a batch does, without the sums and windows that a batch needs.
"""

from importlib import import_module

from django.db import migrations

before = import_module("billing.migrations.0002_posting_in_the_database")

POST = """
CREATE FUNCTION ledger_post(
  moment timestamptz, reasons text[], refs bigint[], sources bigint[], targets bigint[], amounts bigint[],
  endings bigint[], limits bigint[]
) RETURNS bigint[] LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  ids bigint[];
  low CONSTANT bigint := least(sources[1], targets[1]);
  high CONSTANT bigint := greatest(sources[1], targets[1]);
  to_low CONSTANT bigint := CASE low WHEN sources[1] THEN -amounts[1] ELSE amounts[1] END;
  low_had record; high_had record;
BEGIN
  IF cardinality(refs) = 1 THEN
    SELECT balance, seq INTO low_had FROM billing_ledgeraccount WHERE id = low FOR NO KEY UPDATE;
    SELECT balance, seq INTO high_had FROM billing_ledgeraccount WHERE id = high FOR NO KEY UPDATE;
    WITH moved AS (
      INSERT INTO billing_transfer (reason, reference, source_id, target_id, amount, ends, limit_then, at)
      VALUES (reasons[1], refs[1], sources[1], targets[1], amounts[1], endings[1], limits[1], moment)
      RETURNING id
    ), entered AS (
      INSERT INTO billing_entry (transfer_id, account_id, amount, balance_after, seq)
      SELECT moved.id, side.* FROM moved, (VALUES
        (low, to_low, low_had.balance + to_low, low_had.seq + 1),
        (high, -to_low, high_had.balance - to_low, high_had.seq + 1)) AS side
    )
    SELECT array_agg(id) INTO ids FROM moved;
    UPDATE billing_ledgeraccount
    SET balance = balance + CASE id WHEN low THEN to_low ELSE -to_low END, seq = seq + 1 WHERE id IN (low, high);
    RETURN ids;
  END IF;

  PERFORM FROM billing_ledgeraccount WHERE id = ANY (sources || targets) ORDER BY id FOR NO KEY UPDATE;
  WITH batch AS (
    INSERT INTO billing_transfer (reason, reference, source_id, target_id, amount, ends, limit_then, at)
    SELECT reason, reference, source, target, amount, new.ends, limit_then, moment
    FROM unnest(reasons, refs, sources, targets, amounts, endings, limits)
         WITH ORDINALITY AS new (reason, reference, source, target, amount, ends, limit_then, place)
    ORDER BY place
    RETURNING id, source_id, target_id, amount
  ), side AS (
    SELECT id AS transfer_id, source_id AS account_id, -amount AS amount FROM batch
    UNION ALL
    SELECT id, target_id, amount FROM batch
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
  SELECT array_agg(id ORDER BY id) INTO ids FROM batch;
  RETURN ids;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_posting_in_the_database")]
    operations = [migrations.RunSQL([before.DROP, POST], [before.DROP, before.POST])]
