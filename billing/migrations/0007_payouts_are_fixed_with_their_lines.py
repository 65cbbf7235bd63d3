"""A payout is written with its lines, all of them at once, and what it pays never changes; nor does what an attempt is of.

The triggers of lines and attempts are planned for each statement anew (`weitask.models.refuse_after_insert`).
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# A Friday updates nearly every account of owners: half a page is room for a second version of each row on it, and none of
# the four indexes is touched.
ROOM = "ALTER TABLE billing_ledgeraccount SET (fillfactor = 50)"
LESS_ROOM = "ALTER TABLE billing_ledgeraccount SET (fillfactor = 70)"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0006_posting_in_the_database"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="entry",
            name="one_of_two",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="payout",
            name="fixed_id",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="payoutattempt",
            name="pays_its_owner",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="payoutline",
            name="sum_to_the_payout",
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
                    func="SELECT made.transfer_id FROM made WHERE (SELECT made.amount = CASE made.account_id WHEN t.source_id THEN -t.amount WHEN t.target_id THEN t.amount END FROM billing_transfer AS t WHERE t.id = made.transfer_id) IS NOT TRUE LIMIT 1 INTO wrong; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'an entry of transfer % is none of its two', wrong; END IF; RETURN NULL;",
                    hash="6764e1b073489ea61caaa8f9d57855c274e03692",
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
            model_name="payout",
            trigger=pgtrigger.compiler.Trigger(
                name="fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."run_id" IS DISTINCT FROM (NEW."run_id") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="4a7abd2686091568324cee271b4152f814fd0d0c",
                    operation="UPDATE",
                    pgid="pgtrigger_fixed_5e45d",
                    table="billing_payout",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payout",
            trigger=pgtrigger.compiler.Trigger(
                name="has_lines",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE wrong bigint;",
                    func="EXECUTE $query$SELECT made.id FROM made WHERE NOT EXISTS (SELECT FROM billing_payoutline AS l WHERE l.payout_id = made.id) LIMIT 1$query$ INTO wrong; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'payout % was written without its lines', wrong; END IF; RETURN NULL;",
                    hash="40b51744794e1696240aba182cac7071756f64c3",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_has_lines_312e5",
                    referencing="REFERENCING NEW TABLE AS made ",
                    table="billing_payout",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payoutattempt",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="abec39adbd18d5ac4c6f55a7d1e022af29b70fa4",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_fde15",
                    table="billing_payoutattempt",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payoutattempt",
            trigger=pgtrigger.compiler.Trigger(
                name="fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."payout_id" IS DISTINCT FROM (NEW."payout_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."card_id" IS DISTINCT FROM (NEW."card_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="fb447f3d9d12e74bf3912e24e23b36d15e79343b",
                    operation="UPDATE",
                    pgid="pgtrigger_fixed_64ff6",
                    table="billing_payoutattempt",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payoutattempt",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                    hash="6cb63cfbc6828353afa0b558bd12fd9324d21a51",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_707c3",
                    table="billing_payoutattempt",
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
                    func="EXECUTE $query$SELECT made.payout_id FROM made WHERE (SELECT made.amount = p.amount AND c.owner_id = p.owner_id FROM billing_payout AS p, billing_bankcard AS c WHERE p.id = made.payout_id AND c.id = made.card_id) IS NOT TRUE LIMIT 1$query$ INTO wrong; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'an attempt of payout % is not for its amount and its owner', wrong; END IF; RETURN NULL;",
                    hash="2d88ebf40f3b5a80dff9d1144e620e6d2a6320e5",
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
                    func="EXECUTE $query$SELECT paid.payout_id FROM (SELECT DISTINCT payout_id FROM made) AS paid WHERE (SELECT p.amount = (SELECT sum(l.amount) FROM billing_payoutline AS l WHERE l.payout_id = p.id) FROM billing_payout AS p WHERE p.id = paid.payout_id) IS NOT TRUE LIMIT 1$query$ INTO wrong; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'the lines of payout % are not what it pays', wrong; END IF; RETURN NULL;",
                    hash="42796e527ff146cb1c5c2226b932de065052827d",
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
                    func="SELECT made.id FROM made WHERE 2 <> (SELECT count(*) FROM billing_entry AS e JOIN billing_ledgeraccount AS a ON a.id = e.account_id WHERE e.transfer_id = made.id AND e.amount = CASE e.account_id WHEN made.source_id THEN -made.amount WHEN made.target_id THEN made.amount END) LIMIT 1 INTO wrong; IF wrong IS NOT NULL THEN RAISE EXCEPTION 'transfer % was not written with its two entries', wrong; END IF; RETURN NULL;",
                    hash="5e16870533092c4916752d3c3e12aa03e79fabff",
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
            model_name="payoutline",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payout_line_positive"),
        ),
        migrations.RunSQL(ROOM, LESS_ROOM),
    ]
