"""The first 帐号类别 (R10, R21); operators add more in the admin."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CATEGORIES = [
    ("food", "美食", "Food"),
    ("travel", "旅游", "Travel"),
    ("fashion", "时尚", "Fashion"),
    ("beauty", "美妆", "Beauty"),
    ("digital", "数码", "Digital"),
    ("auto", "汽车", "Cars"),
    ("sports", "体育", "Sports"),
    ("film", "影视", "Film and TV"),
    ("music", "音乐", "Music"),
    ("humour", "搞笑", "Humour"),
    ("parenting", "母婴", "Parenting"),
    ("education", "教育", "Education"),
    ("finance", "财经", "Finance"),
    ("health", "健康", "Health"),
    ("pets", "宠物", "Pets"),
    ("home", "家居", "Home"),
    ("games", "游戏", "Games"),
    ("news", "资讯", "News"),
    ("emotion", "情感", "Relationships"),
    ("local", "同城", "Local life"),
]


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    category = apps.get_model("accounts", "Category")
    category.objects.bulk_create(
        category(slug=slug, name=name, name_en=name_en, position=position)
        for position, (slug, name, name_en) in enumerate(CATEGORIES)
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
