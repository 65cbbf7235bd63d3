from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts import factors, vault


def seal(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """What lay in the table in clear."""
    for one in apps.get_model("mfa", "Authenticator").objects.all():
        clear = {name: one.data[name] for name in ("secret", "seed") if name in one.data}
        one.data |= {name: vault.seal(text, purpose=factors.PURPOSE) for name, text in clear.items()}
        one.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_market_filters_are_in_its_indexes"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop, elidable=True)]
