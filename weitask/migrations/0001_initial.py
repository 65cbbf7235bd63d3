"""Rows that belong to no app of the product: the business clock, leases, heartbeats, alarms, lessons.

Indexes, constraints and triggers lie in the options of their table.
"""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from weitask.migrations._tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # The last step of the earlier chain stands for all of it; a database left halfway must fail, not pass for migrated.
    replaces = [("weitask", "0002_lessons")]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Clock",
                    fields=[
                        ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                        ("offset", models.DurationField()),
                        ("pinned", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="clock_is_one_row")],
                    },
                ),
                migrations.CreateModel(
                    name="Lease",
                    fields=[
                        ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                        ("owner", models.CharField(max_length=80)),
                        ("until", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                        ("looked_at", models.DateTimeField()),
                        ("done", models.BigIntegerField(default=0)),
                        ("failed", models.CharField(blank=True, max_length=300)),
                    ],
                ),
                migrations.CreateModel(
                    name="Alarm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40, verbose_name="类型")),
                        ("key", models.CharField(max_length=120, verbose_name="对象")),
                        ("text", models.TextField(verbose_name="说明")),
                        ("raised_at", models.DateTimeField(verbose_name="发生时间")),
                        ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
                        (
                            "resolved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="处理人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "告警",
                        "verbose_name_plural": "告警",
                        "ordering": ["-raised_at", "-id"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("resolved_at", None)),
                                fields=("kind", "key"),
                                name="alarm_open_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SecurityEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40, verbose_name="类型")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("ip", models.GenericIPAddressField(blank=True, null=True, verbose_name="IP")),
                        ("detail", models.JSONField(default=dict, verbose_name="详情")),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="用户",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "安全事件",
                        "verbose_name_plural": "安全事件",
                        "ordering": ["-at", "-id"],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="097e2db4185686212b52b341ccd658e3affb64a6",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_2b258",
                                    table="weitask_securityevent",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="a6c335b1e0c16cde224c3f4262fa873564fd0fd5",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_8f8e0",
                                    table="weitask_securityevent",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Lesson",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=80, verbose_name="标题")),
                        ("summary", models.CharField(max_length=160, verbose_name="摘要")),
                        (
                            "body",
                            models.TextField(help_text="空行分段；以“# ”开头的一行是小标题。", verbose_name="正文"),
                        ),
                        ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="发布时间")),
                        ("updated_at", models.DateTimeField(auto_now=True, verbose_name="修改时间")),
                        (
                            "author",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="作者",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "微博运营课堂",
                        "verbose_name_plural": "微博运营课堂",
                        "ordering": ["-published_at", "-id"],
                        "indexes": [
                            models.Index(
                                models.F("published_at"),
                                models.F("id"),
                                condition=models.Q(("published_at__isnull", False)),
                                name="lesson_published",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IdempotencyKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("path", models.CharField(max_length=200)),
                        ("key", models.CharField(max_length=120)),
                        ("body_hash", models.CharField(max_length=64)),
                        ("status", models.SmallIntegerField(null=True)),
                        ("answer", models.JSONField(null=True)),
                        ("keep", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField()),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("user", "path", "key"), name="idempotency_once")
                        ],
                    },
                ),
            ]
        ),
    ]
