"""Accounts are held for less time, and a batch visits each of them once.

Transfers are written before their accounts are locked, so that those who want the same account wait for less; the update
itself locks them, in id order: its rows are sorted, and with whole tables forbidden each of them looks its account up.
That an account is there and that an entry is one side of its transfer is asked once, at the entry; at the transfer two
are counted.
"""

from importlib import import_module

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

before = import_module("billing.migrations.0003_one_transfer_is_posted_quickly")

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
BEGIN
  IF cardinality(refs) = 1 THEN
    WITH moved AS (
      INSERT INTO billing_transfer (reason, reference, source_id, target_id, amount, ends, limit_then, at)
      VALUES (reasons[1], refs[1], sources[1], targets[1], amounts[1], endings[1], limits[1], moment)
      RETURNING id
    ), account AS (
      UPDATE billing_ledgeraccount AS account SET balance = account.balance + side.amount, seq = account.seq + 1
      FROM moved, (VALUES (low, to_low), (high, -to_low)) AS side (account_id, amount)
      WHERE account.id = side.account_id
      RETURNING moved.id AS transfer_id, account.id, side.amount, account.balance, account.seq
    ), entered AS (
      INSERT INTO billing_entry (transfer_id, account_id, amount, balance_after, seq) SELECT * FROM account
    )
    SELECT array_agg(id) INTO ids FROM moved;
    RETURN ids;
  END IF;

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
    SELECT account_id, sum(amount)::bigint AS amount, count(*) AS entries
    FROM side GROUP BY account_id ORDER BY account_id
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
    dependencies = [
        ("billing", "0006_a_reason_of_a_statement"),
    ]

    operations = [
        migrations.RunSQL([before.before.DROP, POST], [before.before.DROP, before.POST]),
        pgtrigger.migrations.RemoveTrigger(
            model_name="entry",
            name="one_of_two",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="transfer",
            name="two_entries",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="one_of_two",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE wrong bigint;",
                    func="SELECT made.transfer_id FROM made WHERE (SELECT made.amount = CASE made.account_id WHEN t.source_id THEN -t.amount WHEN t.target_id THEN t.amount END FROM billing_transfer AS t JOIN billing_ledgeraccount AS a ON a.id = made.account_id WHERE t.id = made.transfer_id) IS NOT TRUE LIMIT 1 INTO wrong; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'an entry of transfer % is none of its two, or its account is not there', wrong; END IF; RETURN NULL;",
                    hash="ebe204f326e9d9e54f54457bf480adabde6a60f6",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_one_of_two_78aba",
                    referencing="REFERENCING NEW TABLE AS made ",
                    table="billing_entry",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="two_entries",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE wrong bigint;",
                    func="SELECT made.id FROM made WHERE 2 <> (SELECT count(*) FROM billing_entry AS e WHERE e.transfer_id = made.id) LIMIT 1 INTO wrong; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'transfer % was not written with its two entries', wrong; END IF; RETURN NULL;",
                    hash="9222477afd603753267ff8085233fb5bb610af7a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_two_entries_ae6d1",
                    referencing="REFERENCING NEW TABLE AS made ",
                    table="billing_transfer",
                    when="AFTER",
                ),
            ),
        ),
    ]
