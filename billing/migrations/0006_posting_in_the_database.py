"""Posting becomes a function of the database; keys checked row by row become promises checked per statement.

`ledger_post` keeps its plan from call to call. That plan is made for any number of transfers and for accounts in any
number: every look-up goes by an index. A breach of one of three constraints is an answer and not an error, so that the
caller's transaction goes on without a savepoint of its own around each call.
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

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
NAME = 'ALTER TABLE billing_payoutline RENAME CONSTRAINT "billing_payoutline_order_id_3eeb9399_pk" TO billing_payoutline_pkey'
NAME_BACK = 'ALTER TABLE billing_payoutline RENAME CONSTRAINT billing_payoutline_pkey TO "billing_payoutline_order_id_3eeb9399_pk"'
# Balances are the most often updated rows there are: room on the page keeps an update out of the four indexes.
ROOM = "ALTER TABLE billing_ledgeraccount SET (fillfactor = 70)"
NO_ROOM = "ALTER TABLE billing_ledgeraccount RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0005_two_entries_per_transfer"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="entry",
            name="one_of_two",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="transfer",
            name="two_entries",
        ),
        migrations.RemoveField(
            model_name="payoutline",
            name="id",
        ),
        migrations.AlterField(
            model_name="entry",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="billing.ledgeraccount",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="transfer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="billing.transfer",
            ),
        ),
        migrations.AlterField(
            model_name="payout",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payouts",
                to="billing.payoutrun",
                verbose_name="批次",
            ),
        ),
        migrations.AlterField(
            model_name="payoutattempt",
            name="card",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.bankcard",
            ),
        ),
        migrations.AlterField(
            model_name="payoutattempt",
            name="number",
            field=models.CharField(max_length=32, verbose_name="付款单号"),
        ),
        migrations.AlterField(
            model_name="payoutattempt",
            name="payout",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attempts",
                to="billing.payout",
            ),
        ),
        migrations.AlterField(
            model_name="payoutline",
            name="order_id",
            field=models.BigIntegerField(primary_key=True, serialize=False, verbose_name="订单"),
        ),
        migrations.AlterField(
            model_name="payoutline",
            name="payout",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="billing.payout",
            ),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="ends",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="source",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.ledgeraccount",
                verbose_name="转出",
            ),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="target",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.ledgeraccount",
                verbose_name="转入",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankcard",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="8a4fc4cb9b9db6a14f36d7fafe1a8a251fdecf06",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_3b86f",
                    table="billing_bankcard",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankcard",
            trigger=pgtrigger.compiler.Trigger(
                name="fixed_owner",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='RAISE EXCEPTION \'pgtrigger: Cannot update of "id", "owner_id" rows from % table\', TG_TABLE_NAME;',
                    hash="6ddcb542e944a16df179d98780e7e8c5ad27becd",
                    operation='UPDATE OF "id", "owner_id"',
                    pgid="pgtrigger_fixed_owner_1fec7",
                    table="billing_bankcard",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bankcard",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                    hash="9e2b7e29c0af6bfd723ba8a14bf3edc64c899705",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_f7f8f",
                    table="billing_bankcard",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="one_of_two",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE wrong bigint;",
                    func="SELECT made.transfer_id INTO wrong FROM made WHERE (SELECT made.amount = CASE made.account_id WHEN t.source_id THEN -t.amount WHEN t.target_id THEN t.amount END FROM billing_transfer AS t WHERE t.id = made.transfer_id) IS NOT TRUE LIMIT 1; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'an entry of transfer % is none of its two', wrong; END IF; RETURN NULL;",
                    hash="c6637afb3666aaf57f2f4a27f13f4fe2fd3bfa93",
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
            model_name="ledgeraccount",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="5cc35b45b941db74efd587489fb41a41a361d90b",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_f246e",
                    table="billing_ledgeraccount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgeraccount",
            trigger=pgtrigger.compiler.Trigger(
                name="fixed_id",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update of \"id\" rows from % table', TG_TABLE_NAME;",
                    hash="90b62707787a29cbbb20313838d9207cb16860b7",
                    operation='UPDATE OF "id"',
                    pgid="pgtrigger_fixed_id_ee94a",
                    table="billing_ledgeraccount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgeraccount",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                    hash="0b288821ad0f1a2aa4f4cc2989b63e69f894294f",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_4d2b3",
                    table="billing_ledgeraccount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payout",
            trigger=pgtrigger.compiler.Trigger(
                name="fixed_id",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update of \"id\" rows from % table', TG_TABLE_NAME;",
                    hash="fd892f0425ab940367532a615840f97d154c0750",
                    operation='UPDATE OF "id"',
                    pgid="pgtrigger_fixed_id_e07fd",
                    table="billing_payout",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payout",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                    hash="e21e6d66b0b3f85463bc2bd565aa3f39f3fceb3f",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_7ca2c",
                    table="billing_payout",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payoutattempt",
            trigger=pgtrigger.compiler.Trigger(
                name="pays_its_owner",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE wrong bigint;",
                    func="SELECT made.payout_id INTO wrong FROM made WHERE (SELECT made.amount = p.amount AND c.owner_id = p.owner_id FROM billing_payout AS p, billing_bankcard AS c WHERE p.id = made.payout_id AND c.id = made.card_id) IS NOT TRUE LIMIT 1; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'an attempt of payout % is not for its amount and its owner', wrong; END IF; RETURN NULL;",
                    hash="9870439adf4bd718e8abbed18413b9968b829232",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_pays_its_owner_25aeb",
                    referencing="REFERENCING NEW TABLE AS made ",
                    table="billing_payoutattempt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payoutline",
            trigger=pgtrigger.compiler.Trigger(
                name="sum_to_the_payout",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE wrong bigint;",
                    func="SELECT paid.payout_id INTO wrong FROM (SELECT payout_id, sum(amount) AS amount FROM made GROUP BY payout_id) AS paid WHERE (SELECT p.amount = paid.amount FROM billing_payout AS p WHERE p.id = paid.payout_id) IS NOT TRUE LIMIT 1; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'the lines of payout % are not what it pays', wrong; END IF; RETURN NULL;",
                    hash="ee9cac515f1c8f9a8721c3d0be4dc71394248ad3",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_sum_to_the_payout_600bd",
                    referencing="REFERENCING NEW TABLE AS made ",
                    table="billing_payoutline",
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
                    func="SELECT made.id INTO wrong FROM made WHERE 2 <> (SELECT count(*) FROM billing_entry AS e JOIN billing_ledgeraccount AS a ON a.id = e.account_id WHERE e.transfer_id = made.id AND e.amount = CASE e.account_id WHEN made.source_id THEN -made.amount WHEN made.target_id THEN made.amount END) LIMIT 1; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'transfer % was not written with its two entries', wrong; END IF; RETURN NULL;",
                    hash="c012cee3acb5afbd78e3ba7de9bd9ec821f0afea",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_two_entries_ae6d1",
                    referencing="REFERENCING NEW TABLE AS made ",
                    table="billing_transfer",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutattempt",
            constraint=models.UniqueConstraint(fields=("number",), name="attempt_number_once"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends__isnull", False)), fields=("ends",), name="transfer_ends_once"
            ),
        ),
        migrations.RunSQL(NAME, NAME_BACK),
        migrations.RunSQL(POST, DROP),
        migrations.RunSQL(ROOM, NO_ROOM),
    ]
