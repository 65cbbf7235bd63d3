"""Exports of a task's results become exports of anything; those that were asked for and their files stay."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COPY = """
INSERT INTO weitask_export (id, kind, asked, by_id, language, asked_at, rows, done, tries, claimed_until, ready_at,
                            failed_at, file)
SELECT id, 'task', jsonb_build_object('task', task_id), by_id, language, asked_at, rows, done, tries, claimed_until,
       ready_at, failed_at, file
FROM orders_export;
SELECT setval(pg_get_serial_sequence('weitask_export', 'id'), max(id)) FROM weitask_export HAVING max(id) IS NOT NULL;
DELETE FROM weitask_heartbeat WHERE name = 'orders.exports';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("weitask", "0002_kinds_of_alarms"),
        ("orders", "0007_words_of_the_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("asked", models.JSONField(default=dict)),
                ("language", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("rows", models.IntegerField(default=0)),
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
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("failed_at", None), ("ready_at", None)),
                        fields=["id"],
                        name="export_to_make",
                    ),
                    models.Index(fields=["by", "kind"], name="export_of_somebody"),
                    models.Index(fields=["asked_at"], name="export_to_forget"),
                ],
            },
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
    ]
