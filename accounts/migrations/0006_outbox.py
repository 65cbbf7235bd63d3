"""One outbox for every channel, and how each person wants to be told of each topic."""

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

COPY = """
INSERT INTO accounts_delivery (notice_id, channel, address, state, tries, next_at)
SELECT id, 'weibo', weibo_uid, weibo_state, weibo_tries, weibo_next_at FROM accounts_notice WHERE weibo_state <> 'none'
"""
STATES = [("waiting", "待发送"), ("sent", "已发送"), ("failed", "发送失败")]


def topics():
    return ArrayField(base_field=models.CharField(max_length=10), blank=True, db_default=[], default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_language")]

    operations = [
        migrations.AddField(model_name="user", name="mail_topics", field=topics()),
        migrations.AddField(model_name="user", name="quiet_topics", field=topics()),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[("weibo", "微博通知"), ("email", "邮件")], max_length=10, verbose_name="渠道"
                    ),
                ),
                ("address", models.CharField(max_length=254, verbose_name="地址")),
                (
                    "state",
                    models.CharField(choices=STATES, default="waiting", max_length=10, verbose_name="状态"),
                ),
                ("tries", models.SmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="accounts.notice",
                    ),
                ),
            ],
            options={"verbose_name": "通知发送", "verbose_name_plural": "通知发送"},
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        # only now, and not before the rows came: a table with pending checks cannot be altered
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["next_at"], name="delivery_due"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("notice", "channel"), name="delivery_once_per_channel"),
        ),
        migrations.RemoveIndex(model_name="notice", name="notice_due"),
        migrations.RemoveField(model_name="notice", name="weibo_next_at"),
        migrations.RemoveField(model_name="notice", name="weibo_state"),
        migrations.RemoveField(model_name="notice", name="weibo_tries"),
        migrations.RemoveField(model_name="notice", name="weibo_uid"),
    ]
