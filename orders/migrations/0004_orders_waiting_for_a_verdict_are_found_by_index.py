from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_rating_appeals"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("undecided", ""), _negated=True), fields=["id"], name="order_waits_for_verdict"
            ),
        ),
    ]
