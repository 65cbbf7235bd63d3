from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_kinds_of_verification")]
    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("urgent", True)), fields=["-id"], name="notice_urgent"),
        ),
    ]
