from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_price_bands_favourites_and_suspensions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="mediaaccount",
            index=models.Index(condition=models.Q(("review", "pending")), fields=["id"], name="media_waits_for_review"),
        ),
        migrations.AddIndex(
            model_name="mediaaccount",
            index=models.Index(condition=models.Q(("taking", "applied")), fields=["id"], name="media_waits_for_taking"),
        ),
        migrations.AlterField(
            model_name="accountdecision",
            name="subject",
            field=models.CharField(
                choices=[
                    ("authorisation", "授权审核"),
                    ("taking", "接单申请"),
                    ("warning", "警告"),
                    ("suspension", "暂停交易"),
                    ("resumption", "恢复交易"),
                    ("listed", "列为特定帐号"),
                    ("unlisted", "移出特定帐号"),
                ],
                max_length=20,
                verbose_name="事项",
            ),
        ),
    ]
