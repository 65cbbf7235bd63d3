from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0007_words_of_the_evidence"),
        ("weitask", "0003_exports_of_every_list"),
    ]

    operations = [
        migrations.DeleteModel(name="Export"),
    ]
