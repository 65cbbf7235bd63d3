"""Orders: their moves, attempts to publish, readings, verdicts, standing rules and exports.

Indexes, constraints and triggers lie in the options of their table.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from weitask.migrations._tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # The last step of the earlier chain stands for all of it; a database left halfway must fail, not pass for migrated.
    replaces = [("orders", "0009_exports")]

    dependencies = [
        ("accounts", "0001_initial"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Order",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=24, unique=True, verbose_name="订单号")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("dispatched", "派单"),
                                    ("refused", "拒单"),
                                    ("lapsed", "流单"),
                                    ("accepted", "已接单"),
                                    ("cancelled", "已取消"),
                                    ("published", "已发布"),
                                    ("failed", "订单失败"),
                                    ("achieved", "已达成"),
                                    ("completed", "已完成"),
                                ],
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("approved", "审核通过"),
                                    ("owner", "帐号主操作"),
                                    ("slot_clash", "时段冲突"),
                                    ("start_reached", "开始时间到达"),
                                    ("halt", "紧急叫停"),
                                    ("owner_fault", "帐号原因"),
                                    ("source_gone", "原微博不可用"),
                                    ("content_refused", "内容被微博拒绝"),
                                    ("platform", "平台原因"),
                                    ("posted", "已确认发布"),
                                    ("deleted", "提前删除"),
                                    ("kept", "保留达标"),
                                    ("exempt", "叫停豁免"),
                                    ("verdict", "人工裁定"),
                                ],
                                max_length=20,
                                verbose_name="原因",
                            ),
                        ),
                        (
                            "form",
                            models.CharField(
                                choices=[("original", "原发"), ("repost", "转发")], max_length=10, verbose_name="形式"
                            ),
                        ),
                        ("text", models.TextField(blank=True, verbose_name="内容")),
                        (
                            "image_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), default=list, size=None
                            ),
                        ),
                        ("source_id", models.CharField(blank=True, max_length=20)),
                        ("source_uid", models.CharField(blank=True, max_length=20)),
                        ("start_at", models.DateTimeField(verbose_name="开始时间")),
                        ("price", models.BigIntegerField(verbose_name="净收入（分）")),
                        ("fee", models.BigIntegerField(verbose_name="服务费（分）")),
                        ("followers", models.BigIntegerField(verbose_name="粉丝数")),
                        ("rating", models.SmallIntegerField(verbose_name="评级")),
                        ("dispatched_at", models.DateTimeField(verbose_name="派单时间")),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="接单/拒单时间")),
                        ("accepted_ip", models.GenericIPAddressField(blank=True, null=True)),
                        ("refusal_code", models.CharField(blank=True, max_length=20, verbose_name="拒单类别")),
                        ("refusal_reason", models.CharField(blank=True, max_length=300, verbose_name="拒单原因")),
                        ("publishing_since", models.DateTimeField(blank=True, null=True)),
                        (
                            "weibo_id",
                            models.CharField(blank=True, max_length=20, null=True, unique=True, verbose_name="微博 ID"),
                        ),
                        ("posted_at", models.DateTimeField(blank=True, null=True, verbose_name="发布时间")),
                        ("exempt_from", models.DateTimeField(blank=True, null=True, verbose_name="豁免起")),
                        ("achieved_at", models.DateTimeField(blank=True, null=True, verbose_name="达成时间")),
                        ("completed_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                        ("deleted_early", models.BooleanField(default=False, verbose_name="提前删除")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                        ("next_check_at", models.DateTimeField(blank=True, null=True)),
                        ("last_seen_at", models.DateTimeField(blank=True, null=True, verbose_name="最后见到")),
                        ("first_missing_at", models.DateTimeField(blank=True, null=True, verbose_name="首次不见")),
                        ("undecided", models.CharField(blank=True, max_length=20, verbose_name="待人工裁定")),
                        ("source_deleted", models.BooleanField(default=False, verbose_name="原微博已删除")),
                        ("reposts", models.IntegerField(default=0, verbose_name="转发数")),
                        ("comments", models.IntegerField(default=0, verbose_name="评论数")),
                        ("likes", models.IntegerField(default=0, verbose_name="赞数")),
                        ("counted_at", models.DateTimeField(blank=True, null=True, verbose_name="统计时间")),
                        (
                            "account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="accounts.mediaaccount",
                                verbose_name="帐号",
                            ),
                        ),
                        (
                            "advertiser",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="accounts.advertiser",
                                verbose_name="广告主",
                            ),
                        ),
                        (
                            "item",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="order", to="tasks.item"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="帐号主",
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="tasks.task",
                                verbose_name="任务",
                            ),
                        ),
                        ("next_count_at", models.DateTimeField(blank=True, null=True)),
                        ("remind_at", models.DateTimeField(blank=True, null=True)),
                        ("rule_due_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "订单",
                        "verbose_name_plural": "订单",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "dispatched")),
                                fields=["start_at"],
                                name="order_expire_due",
                            ),
                            models.Index(
                                condition=models.Q(("state", "accepted")), fields=["start_at"], name="order_publish_due"
                            ),
                            models.Index(
                                condition=models.Q(("next_check_at__isnull", False)),
                                fields=["next_check_at"],
                                name="order_check_due",
                            ),
                            models.Index(
                                condition=models.Q(("next_count_at__isnull", False)),
                                fields=["next_count_at"],
                                name="order_count_due",
                            ),
                            models.Index(
                                condition=models.Q(("achieved_at__isnull", False)),
                                fields=["achieved_at", "id"],
                                name="order_settle_due",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ["achieved", "completed"])),
                                fields=["owner", "achieved_at"],
                                include=("id", "price"),
                                name="order_settles",
                            ),
                            models.Index(
                                condition=models.Q(("state", "dispatched")),
                                fields=["remind_at"],
                                name="order_remind_due",
                            ),
                            models.Index(
                                condition=models.Q(("rule_due_at__isnull", False), ("state", "dispatched")),
                                fields=["rule_due_at"],
                                name="order_rule_due",
                            ),
                            models.Index(fields=["task", "id"], name="order_of_task"),
                            models.Index(fields=["owner", "-id"], name="order_of_owner"),
                            models.Index(fields=["account", "start_at"], name="order_of_account"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("fee__gte", 0), ("price__gt", 0)), name="order_cost_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ["published", "achieved", "completed", "failed"]), _negated=True
                                    ),
                                    models.Q(("posted_at__isnull", False), ("weibo_id__isnull", False)),
                                    _connector="OR",
                                ),
                                name="order_posted_has_weibo_id",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["achieved", "completed"]), _negated=True),
                                    ("achieved_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="order_achieved_when",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "refused"), _negated=True),
                                    models.Q(
                                        models.Q(("refusal_code", ""), _negated=True), ("answered_at__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="order_refused_why",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="legal_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ('accepted>cancelled', 'accepted>published', 'achieved>completed', 'dispatched>accepted', 'dispatched>cancelled', 'dispatched>lapsed', 'dispatched>refused', 'published>achieved', 'published>failed'))",
                                    func="RAISE EXCEPTION 'illegal order move % -> %', OLD.state, NEW.state;",
                                    hash="ae880f963d6859da295cf9ad7cb435d3d9526e95",
                                    operation='UPDATE OF "state"',
                                    pgid="pgtrigger_legal_moves_41c68",
                                    table="orders_order",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="first_state",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NEW.state <> 'dispatched')",
                                    func="RAISE EXCEPTION 'an order begins dispatched, not %', NEW.state;",
                                    hash="69eb02c3897fb066891ef317e45dea6189688848",
                                    operation="INSERT",
                                    pgid="pgtrigger_first_state_8b26c",
                                    table="orders_order",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="snapshot_fixed",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (ROW(OLD.price, OLD.fee, OLD.account_id, OLD.owner_id, OLD.advertiser_id, OLD.start_at) IS DISTINCT FROM ROW(NEW.price, NEW.fee, NEW.account_id, NEW.owner_id, NEW.advertiser_id, NEW.start_at))",
                                    func="RAISE EXCEPTION 'the snapshot of an order is fixed (R32)';",
                                    hash="f622ee9ac61aaea2793dc79966d7597a078f2b89",
                                    operation='UPDATE OF "price", "fee", "account_id", "owner_id", "advertiser_id", "start_at"',
                                    pgid="pgtrigger_snapshot_fixed_87c76",
                                    table="orders_order",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="400f30bfda366e3c040bc2eff70d199663120eb3",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_6dd1a",
                                    table="orders_order",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "old",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("dispatched", "派单"),
                                    ("refused", "拒单"),
                                    ("lapsed", "流单"),
                                    ("accepted", "已接单"),
                                    ("cancelled", "已取消"),
                                    ("published", "已发布"),
                                    ("failed", "订单失败"),
                                    ("achieved", "已达成"),
                                    ("completed", "已完成"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "new",
                            models.CharField(
                                choices=[
                                    ("dispatched", "派单"),
                                    ("refused", "拒单"),
                                    ("lapsed", "流单"),
                                    ("accepted", "已接单"),
                                    ("cancelled", "已取消"),
                                    ("published", "已发布"),
                                    ("failed", "订单失败"),
                                    ("achieved", "已达成"),
                                    ("completed", "已完成"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("approved", "审核通过"),
                                    ("owner", "帐号主操作"),
                                    ("slot_clash", "时段冲突"),
                                    ("start_reached", "开始时间到达"),
                                    ("halt", "紧急叫停"),
                                    ("owner_fault", "帐号原因"),
                                    ("source_gone", "原微博不可用"),
                                    ("content_refused", "内容被微博拒绝"),
                                    ("platform", "平台原因"),
                                    ("posted", "已确认发布"),
                                    ("deleted", "提前删除"),
                                    ("kept", "保留达标"),
                                    ("exempt", "叫停豁免"),
                                    ("verdict", "人工裁定"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="orders.order"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="7d910be96f697ed8c0d24b8d8a9b6e268d3d09ae",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_39cdb",
                                    table="orders_orderevent",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="4affc45692b432ee99806c4fdedc043979779539",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_53296",
                                    table="orders_orderevent",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PublishAttempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.SmallIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("armed", "就绪"),
                                    ("sending", "发送中"),
                                    ("confirmed", "已确认"),
                                    ("refused", "被拒绝"),
                                    ("unknown", "结果未知"),
                                    ("absent", "确认未发出"),
                                ],
                                default="armed",
                                max_length=10,
                            ),
                        ),
                        ("base_post_id", models.CharField(blank=True, max_length=20)),
                        ("armed_at", models.DateTimeField()),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("deadline", models.DateTimeField(null=True)),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("next_at", models.DateTimeField(null=True)),
                        ("full_reads", models.SmallIntegerField(default=0)),
                        ("first_read_at", models.DateTimeField(null=True)),
                        ("saw_deletion", models.BooleanField(default=False)),
                        ("code", models.CharField(blank=True, max_length=30)),
                        ("message", models.CharField(blank=True, max_length=300)),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="orders.order"
                            ),
                        ),
                        (
                            "pic_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), default=list, size=None
                            ),
                        ),
                        ("prepared_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "ordering": ["id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["armed", "sending", "unknown"])),
                                fields=["next_at"],
                                name="publish_attempt_due",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("order", "number"), name="attempt_number"),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["armed", "sending", "unknown"])),
                                fields=("order",),
                                name="attempt_one_live",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("number__in", [1, 2])), name="attempt_at_most_two"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reading",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("seen", "存在"),
                                    ("missing", "不存在"),
                                    ("hidden", "不公开"),
                                    ("blocked", "被平台移除"),
                                    ("edited", "内容被修改"),
                                    ("unknown", "无法确认"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("answered_at", models.DateTimeField()),
                        ("text_hash", models.CharField(blank=True, max_length=64)),
                        ("reposts", models.IntegerField(null=True)),
                        ("comments", models.IntegerField(null=True)),
                        ("likes", models.IntegerField(null=True)),
                        ("code", models.CharField(blank=True, max_length=30)),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="orders.order"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                        "indexes": [models.Index(fields=["order", "id"], name="reading_of_order")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="6f96709c02942eb4f287fc7c13ca5261bd0b9f62",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_b113d",
                                    table="orders_reading",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="49a14ab35c626af67c40aadbd2462403cca40a89",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_c6988",
                                    table="orders_reading",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Verdict",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("outcome", models.CharField(max_length=20, verbose_name="裁定")),
                        ("reason", models.CharField(max_length=300, verbose_name="理由")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="裁定人",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="verdicts",
                                to="orders.order",
                                verbose_name="订单",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "裁定",
                        "verbose_name_plural": "裁定",
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="1ecc27ca6ad1e240b57f48d50f3745a8281ade27",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_f3dc1",
                                    table="orders_verdict",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="a38ea618f80a3956031c8290eb7fd79fc6deaf6d",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_549f1",
                                    table="orders_verdict",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StandingRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "original_from",
                            models.BigIntegerField(blank=True, null=True, verbose_name="原发净收入不低于（分）"),
                        ),
                        (
                            "repost_from",
                            models.BigIntegerField(blank=True, null=True, verbose_name="转发净收入不低于（分）"),
                        ),
                        ("opens", models.TimeField(verbose_name="最早开始")),
                        ("closes", models.TimeField(verbose_name="最晚开始")),
                        ("ip", models.GenericIPAddressField(blank=True, null=True)),
                        ("set_at", models.DateTimeField(verbose_name="设定时间")),
                        (
                            "account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="standing_rule",
                                to="accounts.mediaaccount",
                                verbose_name="帐号",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "自动接单规则",
                        "verbose_name_plural": "自动接单规则",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("opens__lt", models.F("closes"))), name="standing_rule_has_hours"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LateSettlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("cutoff", models.DateTimeField()),
                        (
                            "reason",
                            models.CharField(
                                choices=[("proven_late", "批次完成后才确认达成"), ("no_batch", "当周没有生成批次")],
                                max_length=20,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "order",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="late_settlement",
                                to="orders.order",
                            ),
                        ),
                    ],
                    options={
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="65f0bd20f86eb8016163ce4a44459e751eeb901f",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_e1890",
                                    table="orders_latesettlement",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="08d17c56dc783f49369ec1cdd15051ed4a44e394",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_d6f0f",
                                    table="orders_latesettlement",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RatingRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(unique=True)),
                        ("accounts", models.IntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Export",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("language", models.CharField(max_length=10)),
                        ("asked_at", models.DateTimeField()),
                        ("rows", models.IntegerField()),
                        ("done", models.IntegerField(default=0)),
                        ("tries", models.SmallIntegerField(default=0)),
                        ("claimed_until", models.DateTimeField(null=True)),
                        ("ready_at", models.DateTimeField(null=True)),
                        ("failed_at", models.DateTimeField(null=True)),
                        ("file", models.FileField(blank=True, upload_to="exports/")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="exports",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="exports", to="tasks.task"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("failed_at", None), ("ready_at", None)),
                                fields=["id"],
                                name="export_waiting",
                            ),
                            models.Index(fields=["by", "task"], name="export_of_task"),
                            models.Index(fields=["asked_at"], name="export_old"),
                        ],
                    },
                ),
            ]
        ),
    ]
