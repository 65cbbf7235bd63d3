import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_orders_waiting_for_a_verdict_are_found_by_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="standingrule",
            name="left_out",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30), blank=True, db_default=[], default=list, size=None
            ),
        ),
    ]
