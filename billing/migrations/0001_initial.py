"""Money: the book, what comes in, what goes out, credit and holds.

Indexes, constraints and triggers lie in the options of their table.
"""

import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from weitask.migrations._tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # The last step of the earlier chain stands for all of it; a database left halfway must fail, not pass for migrated.
    replaces = [("billing", "0007_payouts_are_fixed_with_their_lines")]

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="LedgerAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("cash", "平台资金"),
                                    ("expense", "平台支出"),
                                    ("fee", "服务费收入"),
                                    ("suspense", "待查款项"),
                                    ("available", "可用余额"),
                                    ("frozen", "冻结金额"),
                                    ("refund", "退款锁定"),
                                    ("payable", "应付收入"),
                                    ("transit", "付款在途"),
                                ],
                                max_length=10,
                                verbose_name="科目",
                            ),
                        ),
                        ("balance", models.BigIntegerField(default=0, verbose_name="余额（分）")),
                        ("seq", models.BigIntegerField(default=0)),
                        (
                            "advertiser",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ledger_accounts",
                                to="accounts.advertiser",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ledger_accounts",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "账本科目",
                        "verbose_name_plural": "账本科目",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("kind", "advertiser", "owner"), name="ledger_account_once", nulls_distinct=False
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("advertiser", None),
                                        ("kind__in", ("cash", "expense", "fee", "suspense")),
                                        ("owner", None),
                                    ),
                                    models.Q(
                                        ("advertiser__isnull", False),
                                        ("kind__in", ("available", "frozen", "refund")),
                                        ("owner", None),
                                    ),
                                    models.Q(
                                        ("advertiser", None),
                                        ("kind__in", ("payable", "transit")),
                                        ("owner__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="ledger_account_party",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("balance__lte", 0), ("kind__in", ("cash", "expense"))),
                                    ("kind", "available"),
                                    models.Q(
                                        models.Q(("kind__in", ["cash", "expense", "available"]), _negated=True),
                                        ("balance__gte", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="ledger_account_sign",
                                violation_error_message="金额不足",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
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
                            pgtrigger.compiler.Trigger(
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
                            pgtrigger.compiler.Trigger(
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Transfer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("recharge", "充值"),
                                    ("suspense", "待查款项"),
                                    ("suspense_out", "待查款项转出"),
                                    ("freeze", "冻结"),
                                    ("release", "解冻"),
                                    ("earn", "订单收入"),
                                    ("fee", "服务费"),
                                    ("payout", "结算付款"),
                                    ("paid", "付款成功"),
                                    ("unpaid", "付款失败退回"),
                                    ("returned", "银行退票"),
                                    ("refund_lock", "退款锁定"),
                                    ("refund_unlock", "退款取消"),
                                    ("refund_paid", "退款付出"),
                                    ("goodwill", "平台补偿"),
                                    ("reversal", "冲正"),
                                ],
                                max_length=14,
                                verbose_name="事由",
                            ),
                        ),
                        ("reference", models.BigIntegerField(verbose_name="单据")),
                        ("amount", models.BigIntegerField(verbose_name="金额（分）")),
                        ("ends", models.BigIntegerField(null=True)),
                        ("limit_then", models.BigIntegerField(null=True)),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "xid",
                            models.BigIntegerField(
                                db_default=django.db.models.expressions.RawSQL("pg_current_xact_id()::text::bigint", [])
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.ledgeraccount",
                                verbose_name="转出",
                            ),
                        ),
                        (
                            "target",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.ledgeraccount",
                                verbose_name="转入",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "账本流水",
                        "verbose_name_plural": "账本流水",
                        "constraints": [
                            models.UniqueConstraint(fields=("reason", "reference"), name="transfer_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("ends__isnull", False)), fields=("ends",), name="transfer_ends_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0), ("amount__lte", 10000000000000)),
                                name="transfer_amount_sane",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("source", models.F("target")), _negated=True),
                                name="transfer_two_accounts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ends__isnull", False), ("reason__in", ["earn", "release"])),
                                    models.Q(
                                        models.Q(("reason__in", ["earn", "release"]), _negated=True), ("ends", None)
                                    ),
                                    _connector="OR",
                                ),
                                name="transfer_ends_when_it_ends",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="1ba40ef8980e99015807ee10ef561f613ae7573c",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_70794",
                                    table="billing_transfer",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="a553246686394640f6840c22ee751f63520ee2b4",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_37dae",
                                    table="billing_transfer",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount", models.BigIntegerField(verbose_name="金额（分）")),
                        ("balance_after", models.BigIntegerField(verbose_name="变动后余额（分）")),
                        ("seq", models.BigIntegerField()),
                        (
                            "account",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="billing.ledgeraccount",
                            ),
                        ),
                        (
                            "transfer",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="billing.transfer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "账目明细",
                        "verbose_name_plural": "账目明细",
                        "constraints": [
                            models.UniqueConstraint(fields=("account", "seq"), name="entry_seq"),
                            models.UniqueConstraint(fields=("transfer", "account"), name="entry_once_per_account"),
                            models.CheckConstraint(
                                condition=models.Q(("amount", 0), _negated=True), name="entry_not_zero"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="6a3f3c31300250952e25802e86b601f577dc9ce2",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_9a5fe",
                                    table="billing_entry",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="0a8b7e648062cad0671a3c9904b7c07f9e4a81d4",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_82828",
                                    table="billing_entry",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TopUp",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=32, unique=True, verbose_name="充值单号")),
                        ("amount", models.BigIntegerField(verbose_name="金额（分）")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "待支付"),
                                    ("success", "成功"),
                                    ("failed", "失败"),
                                    ("closed", "关闭"),
                                ],
                                default="pending",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("cashier_url", models.CharField(blank=True, max_length=500)),
                        ("created_at", models.DateTimeField(verbose_name="创建时间")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                        ("queries", models.SmallIntegerField(default=0)),
                        ("next_query_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "advertiser",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="topups",
                                to="accounts.advertiser",
                                verbose_name="广告主",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "充值单",
                        "verbose_name_plural": "充值单",
                        "ordering": ["-created_at", "-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "pending")), fields=["next_query_at"], name="topup_due"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0), ("amount__lte", 10000000000)),
                                name="topup_amount_sane",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaymentNotice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("notify_id", models.CharField(max_length=64)),
                        ("number", models.CharField(max_length=32)),
                        ("state", models.CharField(max_length=20)),
                        ("amount", models.BigIntegerField()),
                        ("body", models.TextField()),
                        ("outcome", models.CharField(max_length=20)),
                        ("received_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "支付通知",
                        "verbose_name_plural": "支付通知",
                        "constraints": [
                            models.UniqueConstraint(fields=("kind", "number", "state"), name="payment_notice_once")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="51c83e5f7947ee4973bef5614c16f835fa01b0f4",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_4a4f9",
                                    table="billing_paymentnotice",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="13e6b21e44d1f23b4c62134d5e31030469a1ba7b",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_fce8a",
                                    table="billing_paymentnotice",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SuspenseItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=32, unique=True, verbose_name="单号")),
                        ("amount", models.BigIntegerField(verbose_name="金额（分）")),
                        ("reason", models.CharField(max_length=200, verbose_name="原因")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "advertiser",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.advertiser",
                                verbose_name="转入广告主",
                            ),
                        ),
                        ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="核实时间")),
                        ("placed_at", models.DateTimeField(blank=True, null=True, verbose_name="转入时间")),
                        (
                            "placed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "待查款项",
                        "verbose_name_plural": "待查款项",
                        "ordering": ["-at", "-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("advertiser", None), ("placed_at", None), ("placed_by", None)),
                                    models.Q(
                                        ("advertiser__isnull", False),
                                        ("confirmed_at__isnull", False),
                                        ("placed_at__isnull", False),
                                        ("placed_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="suspense_placed_by_whom",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BankCard",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("bank_code", models.CharField(max_length=12, verbose_name="银行")),
                        ("last4", models.CharField(max_length=4, verbose_name="尾号")),
                        ("number", models.TextField()),
                        ("holder", models.TextField()),
                        ("number_hash", models.CharField(max_length=64)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "待验证"),
                                    ("bound", "已绑定"),
                                    ("invalid", "不可用"),
                                    ("replaced", "已更换"),
                                ],
                                default="pending",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("ticket", models.CharField(blank=True, max_length=64)),
                        ("card_id", models.CharField(blank=True, max_length=64)),
                        ("created_at", models.DateTimeField(verbose_name="提交时间")),
                        ("bound_at", models.DateTimeField(blank=True, null=True, verbose_name="绑定时间")),
                        ("problem", models.CharField(blank=True, max_length=200, verbose_name="问题")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bank_cards",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="持卡人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "银行卡",
                        "verbose_name_plural": "银行卡",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "bound")),
                                fields=("owner",),
                                name="card_one_bound_per_owner",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "bound"), _negated=True),
                                    models.Q(("bound_at__isnull", False), models.Q(("card_id", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="card_bound_has_id",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
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
                            pgtrigger.compiler.Trigger(
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
                            pgtrigger.compiler.Trigger(
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("cutoff", models.DateTimeField(unique=True, verbose_name="截止时间")),
                        ("made_at", models.DateTimeField(verbose_name="生成时间")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                        ("orders", models.IntegerField(default=0, verbose_name="订单数")),
                        ("amount", models.BigIntegerField(default=0, verbose_name="金额（分）")),
                    ],
                    options={
                        "verbose_name": "结算批次",
                        "verbose_name_plural": "结算批次",
                        "ordering": ["-cutoff"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    django.db.models.expressions.RawSQL(
                                        "extract(isodow from cutoff at time zone 'Asia/Shanghai') = 5 and (cutoff at time zone 'Asia/Shanghai')::time = '00:00'",
                                        [],
                                        models.BooleanField(),
                                    )
                                ),
                                name="run_on_friday_midnight",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Payout",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount", models.BigIntegerField(verbose_name="金额（分）")),
                        (
                            "state",
                            models.CharField(
                                choices=[("pending", "待付款"), ("paid", "已付款"), ("failed", "支付失败")],
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("problem", models.CharField(blank=True, max_length=200, verbose_name="失败原因")),
                        ("retry_at", models.DateTimeField(blank=True, null=True, verbose_name="下次付款")),
                        ("card_fixed_at", models.DateTimeField(blank=True, null=True, verbose_name="银行卡修正时间")),
                        ("paid_at", models.DateTimeField(blank=True, null=True, verbose_name="付款时间")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payouts",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="收款人",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payouts",
                                to="billing.payoutrun",
                                verbose_name="批次",
                            ),
                        ),
                        ("conflict_at", models.DateTimeField(blank=True, null=True, verbose_name="冲突时间")),
                    ],
                    options={
                        "verbose_name": "付款单",
                        "verbose_name_plural": "付款单",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "failed")), fields=["retry_at"], name="payout_retry_due"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("run", "owner"), name="payout_once_per_run"),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)), name="payout_amount_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "paid"), _negated=True),
                                    ("paid_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="payout_paid_when",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="legal_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ('pending>paid', 'pending>failed', 'paid>failed', 'failed>pending'))",
                                    func="RAISE EXCEPTION 'illegal payout move % -> %', OLD.state, NEW.state;",
                                    hash="ab20ea3e74b00ff0331759d2ca35bb9f30b4b009",
                                    operation='UPDATE OF "state"',
                                    pgid="pgtrigger_legal_moves_de1f5",
                                    table="billing_payout",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="49f7c955c95a72d8089a6b9a970bc0fce99166ac",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_2beb3",
                                    table="billing_payout",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
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
                            pgtrigger.compiler.Trigger(
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
                            pgtrigger.compiler.Trigger(
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutLine",
                    fields=[
                        ("order_id", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="订单")),
                        ("amount", models.BigIntegerField(verbose_name="金额（分）")),
                        (
                            "payout",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="billing.payout",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "付款明细",
                        "verbose_name_plural": "付款明细",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payout_line_positive")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="9d2f8f3ebf8787bb7041b9d58923510ffb3ce7a7",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_972c6",
                                    table="billing_payoutline",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="fb5a7e893c6634b66fa318ac3f5fb97cfef93127",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_c0b84",
                                    table="billing_payoutline",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayoutAttempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=32, verbose_name="付款单号")),
                        ("amount", models.BigIntegerField(verbose_name="金额（分）")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("new", "待发送"),
                                    ("sent", "处理中"),
                                    ("unknown", "结果未知"),
                                    ("success", "成功"),
                                    ("failed", "失败"),
                                    ("returned", "银行退票"),
                                ],
                                default="new",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="生成时间")),
                        ("sent_at", models.DateTimeField(null=True, verbose_name="发送时间")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                        ("queries", models.SmallIntegerField(default=0)),
                        ("next_at", models.DateTimeField(null=True)),
                        ("code", models.CharField(blank=True, max_length=60, verbose_name="返回码")),
                        (
                            "card",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.bankcard",
                            ),
                        ),
                        (
                            "payout",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attempts",
                                to="billing.payout",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "付款尝试",
                        "verbose_name_plural": "付款尝试",
                        "ordering": ["id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["new", "sent", "unknown"])),
                                fields=["next_at"],
                                name="attempt_due",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("number",), name="attempt_number_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["new", "sent", "unknown"])),
                                fields=("payout",),
                                name="payout_one_open_attempt",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
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
                            pgtrigger.compiler.Trigger(
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
                            pgtrigger.compiler.Trigger(
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
                            pgtrigger.compiler.Trigger(
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Hold",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("submission_id", models.BigIntegerField(unique=True)),
                        ("amount", models.BigIntegerField()),
                        ("original", models.BigIntegerField()),
                        ("spendable_then", models.BigIntegerField()),
                        ("placed_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "advertiser",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="holds",
                                to="accounts.advertiser",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "审核预占",
                        "verbose_name_plural": "审核预占",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("ended_at", None)), fields=["advertiser"], name="hold_live"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", 0),
                                    ("amount__lte", models.F("original")),
                                    ("original__gt", 0),
                                    ("original__lte", models.F("spendable_then")),
                                ),
                                name="hold_within_spendable",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CreditLimit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount", models.BigIntegerField(verbose_name="额度（分）")),
                        ("contract", models.CharField(max_length=60, verbose_name="合同号")),
                        ("valid_from", models.DateTimeField(verbose_name="生效时间")),
                        ("valid_to", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
                        (
                            "advertiser",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="credit_limits",
                                to="accounts.advertiser",
                                verbose_name="广告主",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "信用额度",
                        "verbose_name_plural": "信用额度",
                        "ordering": ["-valid_from", "-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0), ("amount__lte", 10000000000000)),
                                name="credit_sane",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="31009468e7b3bfa9c2e5aeb436d7d63a0b6e0e68",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_e44e4",
                                    table="billing_creditlimit",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="d9447ed7e97c342d3665776e5901c069834bcfd1",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_da9b1",
                                    table="billing_creditlimit",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FeeRate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rate_bp", models.IntegerField(verbose_name="费率（万分比）")),
                        ("valid_from", models.DateTimeField(unique=True, verbose_name="生效时间")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "服务费率",
                        "verbose_name_plural": "服务费率",
                        "ordering": ["-valid_from"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("rate_bp__gte", 0), ("rate_bp__lte", 5000)), name="fee_rate_sane"
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="5434c4fc734e814248d1486ad31b085072074a76",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_ea389",
                                    table="billing_feerate",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="ce048ad524b79269f25a4e13d71627156395a62a",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_3fe93",
                                    table="billing_feerate",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
