import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_what_waits_for_the_desk_is_found_by_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Figures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("figures", models.JSONField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figures",
                        to="accounts.mediaaccount",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="figures",
            constraint=models.UniqueConstraint(fields=("account", "day"), name="figures_once_a_day"),
        ),
    ]
