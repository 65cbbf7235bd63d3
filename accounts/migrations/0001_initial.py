"""Accounts: people, advertisers, media accounts with the indexes of the market, slots, notices and their sending.

Indexes, constraints and triggers lie in the options of their table.
"""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models

from weitask.migrations._tables import CreateTables

EDGES_OF_FOLLOWERS = [5000, 25000, 125000, 625000, 3000000]
EDGES_OF_PRICES = [2000, 10000, 50000, 250000, 1250000]


def reached(column, edges):
    return models.Func(
        models.F(column),
        models.Value(edges, django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
        function="width_bucket",
        output_field=models.SmallIntegerField(),
    )


def band(price):
    """The column of bands as it was; the models may change, a migration may not."""
    return models.GeneratedField(
        db_persist=True,
        expression=reached("followers", EDGES_OF_FOLLOWERS) * models.Value(16) + reached(price, EDGES_OF_PRICES),
        output_field=models.SmallIntegerField(),
    )


def cpm(price):
    """Price of a thousand followers; last in every sort where there is none."""
    followers = django.db.models.functions.comparison.NullIf(
        models.F("followers"), models.Value(0, models.BigIntegerField())
    )
    return models.GeneratedField(
        db_persist=True,
        expression=django.db.models.functions.comparison.Coalesce(
            models.F(price) * models.Value(1000) / followers,
            models.Value(4611686018427387904, models.BigIntegerField()),
        ),
        output_field=models.BigIntegerField(),
    )


def market(name, *within):
    """An index per form and sort, with all that a search filters by."""
    indexes = []
    for form in ("original", "repost"):
        searched = ["followers", "rating", f"price_{form}", f"cpm_{form}"]
        searched += ["owner", "region", "verified", "specific", "specific_opt_in"]
        listed = models.Q(("authorised", True), (f"price_{form}__gt", 0), ("suspended_at", None), ("taking", "open"))
        indexes += [
            models.Index(
                condition=listed,
                fields=[*within, f"{form}_band", key, "id"],
                include=[field for field in searched if field != key],
                name=f"{name}_{form}_{sort}",
            )
            for sort, key in zip(("followers", "rating", "price", "cpm"), searched, strict=False)
        ]
    return indexes


class Migration(migrations.Migration):
    initial = True
    # The last step of the earlier chain stands for all of it; a database left halfway must fail, not pass for migrated.
    replaces = [("accounts", "0007_search_at_scale")]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        CreateTables(
            [
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "username",
                            models.CharField(
                                error_messages={"unique": "A user with that username already exists."},
                                help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                                max_length=150,
                                unique=True,
                                validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                                verbose_name="username",
                            ),
                        ),
                        ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                        ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        (
                            "date_joined",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                        ),
                        (
                            "identity",
                            models.CharField(
                                blank=True,
                                choices=[("personal", "个人用户"), ("enterprise", "企业用户"), ("media", "自媒体帐号")],
                                max_length=10,
                                verbose_name="当前身份",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("zh-hans", "简体中文"), ("en", "English")],
                                default="zh-hans",
                                max_length=10,
                                verbose_name="语言",
                            ),
                        ),
                        (
                            "mail_topics",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=10),
                                blank=True,
                                db_default=[],
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "quiet_topics",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=10),
                                blank=True,
                                db_default=[],
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "用户",
                        "verbose_name_plural": "用户",
                    },
                    managers=[
                        ("objects", django.contrib.auth.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Advertiser",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("personal", "个人用户"), ("enterprise", "企业用户")],
                                max_length=10,
                                verbose_name="类型",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        ("contact", models.CharField(blank=True, max_length=30, verbose_name="联系人")),
                        ("phone", models.CharField(blank=True, max_length=20, verbose_name="联系电话")),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="开通时间"
                            ),
                        ),
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="advertiser",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="用户",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "广告主",
                        "verbose_name_plural": "广告主",
                    },
                ),
                migrations.CreateModel(
                    name="WeiboAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.CharField(max_length=20, unique=True, verbose_name="微博 UID")),
                        ("screen_name", models.CharField(max_length=60, verbose_name="微博昵称")),
                        ("followers", models.BigIntegerField(default=0, verbose_name="粉丝数")),
                        ("verified", models.BooleanField(default=False, verbose_name="已认证")),
                        ("verified_type", models.SmallIntegerField(default=-1, verbose_name="认证类型")),
                        ("verified_reason", models.CharField(blank=True, max_length=200, verbose_name="认证说明")),
                        ("region", models.CharField(blank=True, max_length=40, verbose_name="地区")),
                        ("description", models.CharField(blank=True, max_length=300, verbose_name="简介")),
                        ("avatar_url", models.URLField(blank=True, max_length=300, verbose_name="头像")),
                        ("token", models.TextField(blank=True, verbose_name="令牌（加密）")),
                        (
                            "token_state",
                            models.CharField(
                                choices=[("valid", "有效"), ("expired", "已过期"), ("revoked", "已取消授权")],
                                default="valid",
                                max_length=10,
                                verbose_name="授权状态",
                            ),
                        ),
                        ("token_expires_at", models.DateTimeField(blank=True, null=True, verbose_name="授权到期")),
                        ("last_error_code", models.CharField(blank=True, max_length=20, verbose_name="最近错误码")),
                        ("profile_read_at", models.DateTimeField(blank=True, null=True, verbose_name="资料更新时间")),
                        (
                            "bound_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="绑定时间"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="weibo_accounts",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="用户",
                            ),
                        ),
                        ("profile_due_at", models.DateTimeField(blank=True, null=True)),
                        ("remind_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "微博帐号",
                        "verbose_name_plural": "微博帐号",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("token_state", "valid")),
                                fields=["profile_due_at"],
                                name="weibo_profile_due",
                            ),
                            models.Index(
                                condition=models.Q(("token_state", "valid")),
                                fields=["remind_at"],
                                name="weibo_remind_due",
                            ),
                            models.Index(
                                condition=models.Q(("token_state", "valid")),
                                fields=["token_expires_at"],
                                name="weibo_token_due",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Category",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("slug", models.SlugField(max_length=30, unique=True, verbose_name="代码")),
                        ("name", models.CharField(max_length=30, verbose_name="名称")),
                        ("name_en", models.CharField(max_length=40, verbose_name="英文名称")),
                        ("position", models.SmallIntegerField(default=0, verbose_name="排序")),
                    ],
                    options={
                        "verbose_name": "帐号类别",
                        "verbose_name_plural": "帐号类别",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="MediaAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("screen_name", models.CharField(max_length=60, verbose_name="微博昵称")),
                        ("followers", models.BigIntegerField(default=0, verbose_name="粉丝数")),
                        ("region", models.CharField(blank=True, max_length=40, verbose_name="地区")),
                        ("organisation", models.BooleanField(default=False, verbose_name="企业认证")),
                        (
                            "review",
                            models.CharField(
                                choices=[("pending", "待审核"), ("approved", "已通过"), ("rejected", "未通过")],
                                default="pending",
                                max_length=10,
                                verbose_name="授权审核",
                            ),
                        ),
                        (
                            "taking",
                            models.CharField(
                                choices=[
                                    ("off", "未开通"),
                                    ("applied", "申请审核中"),
                                    ("open", "已开通"),
                                    ("rejected", "申请未通过"),
                                ],
                                default="off",
                                max_length=10,
                                verbose_name="接单功能",
                            ),
                        ),
                        (
                            "price_original",
                            models.BigIntegerField(blank=True, null=True, verbose_name="原发微博收入（分）"),
                        ),
                        (
                            "price_repost",
                            models.BigIntegerField(blank=True, null=True, verbose_name="转发微博收入（分）"),
                        ),
                        ("specific", models.BooleanField(default=False, verbose_name="特定帐号")),
                        ("specific_opt_in", models.BooleanField(default=True, verbose_name="接受个人用户派单")),
                        ("suspended_at", models.DateTimeField(blank=True, null=True, verbose_name="暂停交易时间")),
                        ("suspended_reason", models.CharField(blank=True, max_length=200, verbose_name="暂停原因")),
                        ("authorised", models.BooleanField(default=True, verbose_name="授权有效")),
                        ("rating", models.SmallIntegerField(default=60, verbose_name="评级")),
                        ("accept_rate_bp", models.IntegerField(blank=True, null=True, verbose_name="接单率（万分比）")),
                        ("lapse_rate_bp", models.IntegerField(blank=True, null=True, verbose_name="流单率（万分比）")),
                        ("answer_minutes", models.IntegerField(blank=True, null=True, verbose_name="平均响应（分钟）")),
                        ("median_reposts", models.IntegerField(blank=True, null=True, verbose_name="转发中位数")),
                        ("median_comments", models.IntegerField(blank=True, null=True, verbose_name="评论中位数")),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="加入时间"
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="accounts.category",
                                verbose_name="帐号类别",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="media_accounts",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="帐号主",
                            ),
                        ),
                        (
                            "weibo",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="media",
                                to="accounts.weiboaccount",
                                verbose_name="微博帐号",
                            ),
                        ),
                        ("specific_by_hand", models.BooleanField(default=False, verbose_name="特定帐号由人工设定")),
                        ("cpm_original", cpm("price_original")),
                        ("cpm_repost", cpm("price_repost")),
                        ("original_band", band("price_original")),
                        ("repost_band", band("price_repost")),
                        ("verified", models.BooleanField(default=False, verbose_name="已认证")),
                    ],
                    options={
                        "verbose_name": "自媒体帐号",
                        "verbose_name_plural": "自媒体帐号",
                        "indexes": [
                            *market("market"),
                            *market("category", "category"),
                            models.Index(
                                condition=models.Q(
                                    ("authorised", True),
                                    ("price_repost__gt", 0),
                                    ("suspended_at", None),
                                    ("taking", "open"),
                                    ("specific", True),
                                    ("specific_opt_in", True),
                                ),
                                fields=["repost_band", "followers", "id"],
                                include=("category", "rating", "price_repost", "cpm_repost", "owner"),
                                name="market_specific",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("screen_name"), name="gin_trgm_ops"
                                ),
                                name="media_by_name",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("price_original", None),
                                    models.Q(("price_original__gt", 0), ("price_original__lte", 10000000000)),
                                    _connector="OR",
                                ),
                                name="media_price_original_sane",
                                violation_error_message="价格须大于 0",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("price_repost", None),
                                    models.Q(("price_repost__gt", 0), ("price_repost__lte", 10000000000)),
                                    _connector="OR",
                                ),
                                name="media_price_repost_sane",
                                violation_error_message="价格须大于 0",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("review", "approved"), ("taking", "open")),
                                    models.Q(("taking", "open"), _negated=True),
                                    _connector="OR",
                                ),
                                name="media_open_needs_review",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("rating__gte", 0), ("rating__lte", 100)), name="media_rating_0_100"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccountDecision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "subject",
                            models.CharField(
                                choices=[
                                    ("authorisation", "授权审核"),
                                    ("taking", "接单申请"),
                                    ("suspension", "暂停交易"),
                                    ("resumption", "恢复交易"),
                                ],
                                max_length=20,
                                verbose_name="事项",
                            ),
                        ),
                        ("approved", models.BooleanField(verbose_name="通过")),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="审核人",
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="accounts.mediaaccount",
                                verbose_name="帐号",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "帐号审核记录",
                        "verbose_name_plural": "帐号审核记录",
                        "ordering": ["-at", "-id"],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="a0e5497e5ed5872b23827327540d31f2213605eb",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_919af",
                                    table="accounts_accountdecision",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="b521837259f0e9859b58ce10ef7dba467425fec9",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_5c5c7",
                                    table="accounts_accountdecision",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RatingScore",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("score", models.SmallIntegerField(verbose_name="评分")),
                        ("parts", models.JSONField(verbose_name="分项")),
                        ("formula", models.CharField(max_length=10, verbose_name="公式版本")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="scores",
                                to="accounts.mediaaccount",
                                verbose_name="帐号",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评级记录",
                        "verbose_name_plural": "评级记录",
                        "ordering": ["-at", "-id"],
                        "indexes": [models.Index(fields=["account", "-at"], name="rating_latest")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="8d670c455f925b4678a83572443353972362ee08",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_20d7c",
                                    table="accounts_ratingscore",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
                                    hash="ec0010004d802ad662ee0ade7c651451b8f2e1da",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_26973",
                                    table="accounts_ratingscore",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Slot",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                        ("order_id", models.BigIntegerField(unique=True)),
                        (
                            "account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="slots",
                                to="accounts.mediaaccount",
                            ),
                        ),
                        (
                            "start_at",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Func(models.F("period"), function="lower"),
                                output_field=models.DateTimeField(),
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["account", "start_at"], name="slot_of_account"),
                            models.Index(fields=["start_at", "account"], name="slot_by_start"),
                        ],
                        "constraints": [
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[("account", "="), ("period", "&&")],
                                name="slot_one_task_in_15_minutes",
                                violation_error_message="该帐号在这 15 分钟内已接受其它任务",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "period",
                                        models.Func(
                                            models.Func(models.F("period"), function="lower"),
                                            django.db.models.expressions.CombinedExpression(
                                                models.Func(models.F("period"), function="lower"),
                                                "+",
                                                models.Value("15 minutes", models.DurationField()),
                                            ),
                                            models.Value("[)"),
                                            function="tstzrange",
                                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                        ),
                                    )
                                ),
                                name="slot_is_15_minutes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40, verbose_name="类型")),
                        ("dedupe", models.CharField(max_length=120, unique=True)),
                        ("title", models.CharField(max_length=100, verbose_name="标题")),
                        ("body", models.TextField(blank=True, verbose_name="内容")),
                        ("url", models.CharField(blank=True, max_length=200, verbose_name="链接")),
                        ("urgent", models.BooleanField(default=False, verbose_name="紧急")),
                        ("created_at", models.DateTimeField(verbose_name="时间")),
                        ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="阅读时间")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notices",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="收件人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "通知",
                        "verbose_name_plural": "通知",
                        "ordering": ["-created_at", "-id"],
                        "indexes": [
                            models.Index(fields=["user", "-created_at", "-id"], name="notice_inbox"),
                            models.Index(condition=models.Q(("read_at", None)), fields=["user"], name="notice_unread"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[("weibo", "微博通知"), ("email", "邮件")], max_length=10, verbose_name="渠道"
                            ),
                        ),
                        ("address", models.CharField(max_length=254, verbose_name="地址")),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "待发送"), ("sent", "已发送"), ("failed", "发送失败")],
                                default="waiting",
                                max_length=10,
                                verbose_name="状态",
                            ),
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
                    options={
                        "verbose_name": "通知发送",
                        "verbose_name_plural": "通知发送",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")), fields=["next_at"], name="delivery_due"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("notice", "channel"), name="delivery_once_per_channel")
                        ],
                    },
                ),
            ]
        ),
    ]
