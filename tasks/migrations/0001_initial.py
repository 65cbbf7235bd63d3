"""Tasks: drafts with their selection, submissions with their items, the desk and the rule book.

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
    replaces = [("tasks", "0005_shared_quotes")]

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="ReasonTemplate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", models.CharField(max_length=200, unique=True, verbose_name="理由")),
                        ("position", models.IntegerField(default=0, verbose_name="次序")),
                        ("active", models.BooleanField(default=True, verbose_name="使用中")),
                    ],
                    options={
                        "verbose_name": "驳回理由模板",
                        "verbose_name_plural": "驳回理由模板",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="RuleCategory",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=40, unique=True, verbose_name="名称")),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                        ("four_eyes", models.BooleanField(default=False, verbose_name="需两人审核")),
                        ("position", models.IntegerField(default=0, verbose_name="次序")),
                    ],
                    options={
                        "verbose_name": "规则类别",
                        "verbose_name_plural": "规则类别",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Rule",
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
                                    ("word", "词汇"),
                                    ("pattern", "句式"),
                                    ("innocent", "例外短语"),
                                    ("domain", "监测域名"),
                                    ("parameter", "监测参数"),
                                    ("shortener", "短链接域名"),
                                ],
                                max_length=10,
                                verbose_name="类型",
                            ),
                        ),
                        (
                            "action",
                            models.CharField(
                                choices=[("block", "禁止提交"), ("flag", "提示审核员")],
                                default="flag",
                                max_length=10,
                                verbose_name="处理",
                            ),
                        ),
                        ("text", models.CharField(max_length=200, verbose_name="内容")),
                        ("plain", models.CharField(editable=False, max_length=400, verbose_name="规范形式")),
                        (
                            "title",
                            models.CharField(
                                blank=True,
                                help_text="审核员看到的规则名，留空则显示内容",
                                max_length=60,
                                verbose_name="名称",
                            ),
                        ),
                        (
                            "positive",
                            models.TextField(help_text="每行一条；保存时逐条检查，必须命中", verbose_name="命中示例"),
                        ),
                        (
                            "negative",
                            models.TextField(
                                help_text="每行一条；保存时逐条检查，必须不命中", verbose_name="不命中示例"
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                        (
                            "category",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rules",
                                to="tasks.rulecategory",
                                verbose_name="规则类别",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "审核规则",
                        "verbose_name_plural": "审核规则",
                        "ordering": ["id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("kind", "plain"),
                                name="rule_once",
                                violation_error_message="已有规范形式相同的规则",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("category", None), ("kind", "innocent")),
                                    models.Q(
                                        models.Q(("kind", "innocent"), _negated=True), ("category__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="rule_has_category",
                                violation_error_message="例外短语没有类别，其它规则必须选择类别",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleSet",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.IntegerField(unique=True, verbose_name="序号")),
                        ("version", models.CharField(max_length=20, unique=True, verbose_name="版本")),
                        ("data", models.JSONField()),
                        ("note", models.CharField(max_length=200, verbose_name="发布说明")),
                        ("published_by", models.CharField(blank=True, max_length=150, verbose_name="发布人")),
                        ("published_at", models.DateTimeField(verbose_name="发布时间")),
                    ],
                    options={
                        "verbose_name": "规则版本",
                        "verbose_name_plural": "规则版本",
                        "ordering": ["-number"],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="8e9ede5cc86fb38cf9523e75dce8c78f52607d54",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_ae975",
                                    table="tasks_ruleset",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="d5534743b74600755abea928f69259b871ef6b42",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_b5f6c",
                                    table="tasks_ruleset",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Image",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("file", models.FileField(upload_to="images/%Y/%m/")),
                        ("name", models.CharField(max_length=120)),
                        ("width", models.IntegerField()),
                        ("height", models.IntegerField()),
                        ("sha256", models.CharField(max_length=64)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "advertiser",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="images",
                                to="accounts.advertiser",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Task",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "form",
                            models.CharField(
                                choices=[("original", "原发"), ("repost", "转发")], max_length=10, verbose_name="形式"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("in_review", "审核中"),
                                    ("rejected", "驳回"),
                                    ("lapsed", "审核超时"),
                                    ("approved", "已通过"),
                                    ("running", "执行中"),
                                    ("ended", "已结束"),
                                    ("halted", "叫停"),
                                ],
                                default="draft",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("text", models.TextField(blank=True, verbose_name="原发/转发语")),
                        (
                            "image_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="配图",
                            ),
                        ),
                        ("source_url", models.CharField(blank=True, max_length=300, verbose_name="原文链接")),
                        ("source_id", models.CharField(blank=True, max_length=20)),
                        ("source_uid", models.CharField(blank=True, max_length=20)),
                        ("source_text", models.TextField(blank=True)),
                        ("start_at", models.DateTimeField(blank=True, null=True, verbose_name="开始时间")),
                        ("recharged_then", models.BigIntegerField(default=0)),
                        ("created_at", models.DateTimeField(verbose_name="创建时间")),
                        ("updated_at", models.DateTimeField(verbose_name="修改时间")),
                        ("first_start_at", models.DateTimeField(blank=True, null=True, verbose_name="首个开始时间")),
                        ("last_start_at", models.DateTimeField(blank=True, null=True, verbose_name="最后开始时间")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                        ("digest_at", models.DateTimeField(blank=True, null=True)),
                        ("closing_digest_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "advertiser",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tasks",
                                to="accounts.advertiser",
                                verbose_name="广告主",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tasks.image",
                                verbose_name="销售授权证明",
                            ),
                        ),
                        (
                            "kind_then",
                            models.CharField(
                                blank=True,
                                choices=[("personal", "个人用户"), ("enterprise", "企业用户")],
                                max_length=10,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "任务",
                        "verbose_name_plural": "任务",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["advertiser", "-id"], name="task_mine"),
                            models.Index(fields=["state", "first_start_at"], name="task_by_start"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("form", "repost"), _negated=True), ("image_ids", []), _connector="OR"
                                ),
                                name="task_repost_has_no_images",
                                violation_error_message="转发任务不能配图",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="legal_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ('draft>in_review', 'rejected>in_review', 'lapsed>in_review', 'in_review>rejected', 'in_review>lapsed', 'in_review>approved', 'approved>running', 'approved>halted', 'running>halted', 'running>ended'))",
                                    func="RAISE EXCEPTION 'illegal task move % -> %', OLD.state, NEW.state;",
                                    hash="c158f0898a90a4a8d70b36c465b5f25356a29b80",
                                    operation='UPDATE OF "state"',
                                    pgid="pgtrigger_legal_moves_f9b67",
                                    table="tasks_task",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="first_state",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NEW.state <> 'draft')",
                                    func="RAISE EXCEPTION 'a task begins as a draft, not %', NEW.state;",
                                    hash="b3e9861f3ba73070c33e5fb0d6d99db144fbfaaf",
                                    operation="INSERT",
                                    pgid="pgtrigger_first_state_8cb39",
                                    table="tasks_task",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="content_fixed_once_published",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.state NOT IN ('draft', 'rejected', 'lapsed') AND ROW(OLD.form, OLD.text, OLD.image_ids, OLD.source_id, OLD.start_at, OLD.advertiser_id) IS DISTINCT FROM ROW(NEW.form, NEW.text, NEW.image_ids, NEW.source_id, NEW.start_at, NEW.advertiser_id))",
                                    func="RAISE EXCEPTION 'a published task cannot be changed (R27)';",
                                    hash="bc490b8c3fc3b8f1f6c60c9ab551fe6143929908",
                                    operation='UPDATE OF "form", "text", "image_ids", "source_id", "start_at", "advertiser_id"',
                                    pgid="pgtrigger_content_fixed_once_published_e4e4f",
                                    table="tasks_task",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="only_drafts_are_deleted",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.state <> 'draft')",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="f1ec7aed08bb742683c7c597613189d286e0dc27",
                                    operation="DELETE",
                                    pgid="pgtrigger_only_drafts_are_deleted_b0cfd",
                                    table="tasks_task",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Selection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("start_at", models.DateTimeField(blank=True, null=True)),
                        ("text", models.TextField(blank=True)),
                        (
                            "image_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), blank=True, null=True, size=None
                            ),
                        ),
                        ("price_seen", models.BigIntegerField(null=True)),
                        ("position", models.IntegerField(default=0)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.mediaaccount",
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="selections", to="tasks.task"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "id"],
                        "indexes": [models.Index(fields=["task", "position"], name="selection_order")],
                    },
                ),
                migrations.CreateModel(
                    name="SharedQuote",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("token", models.CharField(max_length=32, unique=True)),
                        ("made_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("text", models.TextField(blank=True)),
                        ("lines", models.JSONField()),
                        ("net", models.BigIntegerField()),
                        ("fee", models.BigIntegerField()),
                        ("coverage", models.BigIntegerField()),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="quotes", to="tasks.task"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("expires_at__gt", models.F("made_at"))), name="quote_expires_later"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Submission",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.IntegerField(verbose_name="次数")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("in_review", "审核中"),
                                    ("approved", "已通过"),
                                    ("rejected", "驳回"),
                                    ("lapsed", "审核超时"),
                                ],
                                default="in_review",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("addition", models.BooleanField(default=False, verbose_name="增加订单")),
                        (
                            "form",
                            models.CharField(
                                choices=[("original", "原发"), ("repost", "转发")], max_length=10, verbose_name="形式"
                            ),
                        ),
                        ("text", models.TextField(blank=True, verbose_name="原发/转发语")),
                        (
                            "image_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), default=list, size=None
                            ),
                        ),
                        ("source_url", models.CharField(blank=True, max_length=300, verbose_name="原文链接")),
                        ("source_id", models.CharField(blank=True, max_length=20)),
                        ("source_uid", models.CharField(blank=True, max_length=20)),
                        ("source_text", models.TextField(blank=True)),
                        ("start_at", models.DateTimeField(verbose_name="开始时间")),
                        ("submitted_at", models.DateTimeField(verbose_name="提交时间")),
                        ("net", models.BigIntegerField(verbose_name="帐号收入合计（分）")),
                        ("fee", models.BigIntegerField(verbose_name="服务费合计（分）")),
                        ("coverage", models.BigIntegerField(verbose_name="覆盖人数")),
                        ("findings", models.JSONField(default=list, verbose_name="机审发现")),
                        ("rule_version", models.CharField(max_length=20, verbose_name="规则版本")),
                        ("next_start_at", models.DateTimeField(db_index=True, null=True, verbose_name="最近开始时间")),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="submissions",
                                to="tasks.task",
                                verbose_name="任务",
                            ),
                        ),
                        ("alarm_at", models.DateTimeField(db_index=True, null=True)),
                        ("opened", models.JSONField(db_default={}, default=dict, verbose_name="展开的短链接")),
                    ],
                    options={
                        "verbose_name": "提交审核",
                        "verbose_name_plural": "提交审核",
                        "ordering": ["-id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("task", "number"), name="submission_number"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "in_review")),
                                fields=("task",),
                                name="submission_one_in_review",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("fee__gte", 0), ("net__gt", 0)), name="submission_cost_positive"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="legal_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.state <> NEW.state AND OLD.state <> 'in_review')",
                                    func="RAISE EXCEPTION 'a decided submission stays decided: % -> %', OLD.state, NEW.state;",
                                    hash="f9b5f4602a955ef75e4f52ae67e460b642af0d35",
                                    operation='UPDATE OF "state"',
                                    pgid="pgtrigger_legal_moves_e9756",
                                    table="tasks_submission",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="snapshot_fixed",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (ROW(OLD.task_id, OLD.form, OLD.text, OLD.image_ids, OLD.source_id, OLD.net, OLD.fee, OLD.coverage, OLD.findings, OLD.opened) IS DISTINCT FROM ROW(NEW.task_id, NEW.form, NEW.text, NEW.image_ids, NEW.source_id, NEW.net, NEW.fee, NEW.coverage, NEW.findings, NEW.opened))",
                                    func="RAISE EXCEPTION 'what was submitted is fixed (R32): %', TG_TABLE_NAME;",
                                    hash="bf0c295f723ea19df669206692cefe9daf5a008b",
                                    operation='UPDATE OF "task_id", "form", "text", "image_ids", "source_id", "net", "fee", "coverage", "findings", "opened"',
                                    pgid="pgtrigger_snapshot_fixed_e2c34",
                                    table="tasks_submission",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="9acf33d9bf98b87b834a0fb839c881f25a429be0",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_95230",
                                    table="tasks_submission",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Claim",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("until", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "submission",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="claim", to="tasks.submission"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="FirstApproval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("why", models.CharField(max_length=300, verbose_name="需两人审核的原因")),
                        ("rule_version", models.CharField(max_length=20, verbose_name="规则版本")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="审核人",
                            ),
                        ),
                        (
                            "submission",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="first_approval",
                                to="tasks.submission",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "初审记录",
                        "verbose_name_plural": "初审记录",
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="112e44f9babf5aea69309ea9a99ad0a24ef62f11",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_837b4",
                                    table="tasks_firstapproval",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="12734090da3581e95422c182cf4aa91620cf615f",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_403bc",
                                    table="tasks_firstapproval",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Item",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("start_at", models.DateTimeField(verbose_name="开始时间")),
                        ("text", models.TextField(blank=True, verbose_name="原发/转发语")),
                        (
                            "image_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), default=list, size=None
                            ),
                        ),
                        ("price", models.BigIntegerField(verbose_name="净价（分）")),
                        ("fee", models.BigIntegerField(verbose_name="服务费（分）")),
                        ("followers", models.BigIntegerField(verbose_name="粉丝数")),
                        ("rating", models.SmallIntegerField(verbose_name="评级")),
                        ("lapsed_at", models.DateTimeField(blank=True, null=True, verbose_name="审核超时")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.mediaaccount",
                                verbose_name="帐号",
                            ),
                        ),
                        (
                            "submission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="items", to="tasks.submission"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "所选帐号",
                        "verbose_name_plural": "所选帐号",
                        "ordering": ["start_at", "id"],
                        "indexes": [models.Index(fields=["submission", "start_at"], name="item_by_start")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("fee__gte", 0), ("price__gt", 0)), name="item_cost_positive"
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="snapshot_fixed",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (ROW(OLD.submission_id, OLD.account_id, OLD.start_at, OLD.text, OLD.image_ids, OLD.price, OLD.fee) IS DISTINCT FROM ROW(NEW.submission_id, NEW.account_id, NEW.start_at, NEW.text, NEW.image_ids, NEW.price, NEW.fee))",
                                    func="RAISE EXCEPTION 'what was submitted is fixed (R32): %', TG_TABLE_NAME;",
                                    hash="6b4fbc5442db520797248b315c5c52db67d328ec",
                                    operation='UPDATE OF "submission_id", "account_id", "start_at", "text", "image_ids", "price", "fee"',
                                    pgid="pgtrigger_snapshot_fixed_9c89f",
                                    table="tasks_item",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="372251b38ffb1f8071aee79edd8f90d9b0ef4673",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_b5364",
                                    table="tasks_item",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Decision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "verdict",
                            models.CharField(
                                choices=[("approve", "通过"), ("reject", "驳回"), ("halt", "紧急叫停")],
                                max_length=10,
                                verbose_name="决定",
                            ),
                        ),
                        ("reason", models.TextField(blank=True, verbose_name="理由")),
                        ("platform_fault", models.BooleanField(default=False, verbose_name="平台原因")),
                        ("rule_version", models.CharField(max_length=20, verbose_name="规则版本")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="审核人",
                            ),
                        ),
                        (
                            "submission",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="tasks.submission",
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="tasks.task",
                                verbose_name="任务",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "审核记录",
                        "verbose_name_plural": "审核记录",
                        "ordering": ["-at", "-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verdict", "approve"), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="decision_has_reason",
                                violation_error_message="请填写理由",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("submission", None), ("verdict", "halt")),
                                    models.Q(
                                        models.Q(("verdict", "halt"), _negated=True), ("submission__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="decision_subject",
                            ),
                            models.UniqueConstraint(fields=("submission",), name="decision_once_per_submission"),
                            models.UniqueConstraint(
                                condition=models.Q(("verdict", "halt")), fields=("task",), name="decision_one_halt"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="918337407ec8c0605cf066d41faf0d03963b77c0",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_941d9",
                                    table="tasks_decision",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="fd55594fca2ae31888a55905ffe48559581506be",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_f2de1",
                                    table="tasks_decision",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
