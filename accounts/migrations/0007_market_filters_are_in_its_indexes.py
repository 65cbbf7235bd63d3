from collections.abc import Iterator

from django.db import migrations, models

SORTS = {"followers": "followers", "rating": "rating", "price": "price_{}", "cpm": "cpm_{}"}
FACTS = ("owner", "region", "verified", "specific", "specific_opt_in")
NEW = ("accept_rate_bp", "answer_minutes", "median_reposts", "median_comments")


def anew(form: str, within: str, sort: str) -> Iterator[migrations.RemoveIndex | migrations.AddIndex]:
    """One sort of the market for one form, with the new columns beside the ones it had."""
    name, key = f"{within or 'market'}_{form}_{sort}", SORTS[sort].format(form)
    searched = ("followers", "rating", f"price_{form}", f"cpm_{form}", *FACTS, *NEW)
    yield migrations.RemoveIndex("mediaaccount", name)
    yield migrations.AddIndex(
        "mediaaccount",
        models.Index(
            fields=[*filter(None, [within]), f"{form}_band", key, "id"],
            include=[column for column in searched if column != key],
            condition=models.Q(taking="open", authorised=True, suspended_at=None, **{f"price_{form}__gt": 0}),
            name=name,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_figures_are_kept_day_by_day"),
    ]

    operations = [
        operation
        for within in ("", "category")
        for form in ("original", "repost")
        for sort in SORTS
        for operation in anew(form, within, sort)
    ]
