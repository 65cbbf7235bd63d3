"""Who may act: users, advertisers, bound Weibo accounts, 自媒体帐号, their slots, and the notice outbox."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Now, NullIf, Upper
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import bands
from accounts.desk_models import AccountDecision as AccountDecision
from accounts.desk_models import SuspensionProposal as SuspensionProposal
from accounts.market_models import Favourite as Favourite
from accounts.market_models import Figures as Figures
from accounts.market_models import PriceBand as PriceBand
from accounts.querysets import (
    AdvertiserQuerySet,
    CategoryQuerySet,
    DeliveryQuerySet,
    MediaAccountQuerySet,
    NoticeQuerySet,
)
from accounts.verified import Verified
from weitask.models import append_only, spoken
from weitask.periods import shanghai


class Identity(models.TextChoices):
    """身份选择 (R1)."""

    PERSONAL = "personal", _("个人用户")
    ENTERPRISE = "enterprise", _("企业用户")
    MEDIA = "media", _("自媒体帐号")


class User(AbstractUser):
    """One login. At most one advertiser profile and any number of Weibo accounts as owner (A29)."""

    identity = models.CharField(_("当前身份"), max_length=10, choices=Identity, blank=True)
    language = models.CharField(  # of notices; written by `accounts.language`
        _("语言"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    # Topics of notices, see `accounts.topics`: kept from Weibo, and sent by e-mail as well. The inbox has them all.
    quiet_topics = ArrayField(models.CharField(max_length=10), default=list, db_default=[], blank=True)
    mail_topics = ArrayField(models.CharField(max_length=10), default=list, db_default=[], blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("用户")


class Advertiser(models.Model):
    """The advertising side of a login: 个人用户 or 企业用户; personal may upgrade, its money moves with it (A29)."""

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("个人用户")
        ENTERPRISE = "enterprise", _("企业用户")

    user = models.OneToOneField(User, models.PROTECT, related_name="advertiser", verbose_name=_("用户"))
    kind = models.CharField(_("类型"), max_length=10, choices=Kind)
    name = models.CharField(_("名称"), max_length=60)
    contact = models.CharField(_("联系人"), max_length=30, blank=True)
    phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("开通时间"), db_default=Now())

    objects = AdvertiserQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("广告主")

    def __str__(self) -> str:
        return self.name

    @property
    def is_enterprise(self) -> bool:
        return self.kind == self.Kind.ENTERPRISE


class WeiboAccount(models.Model):
    """A Weibo account bound to a login, with its sealed token (R12). Profile fields are copies of Weibo's."""

    class Token(models.TextChoices):
        VALID = "valid", _("有效")
        EXPIRED = "expired", _("已过期")
        REVOKED = "revoked", _("已取消授权")

    uid = models.CharField(_("微博 UID"), max_length=20, unique=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="weibo_accounts", verbose_name=_("用户"))
    screen_name = models.CharField(_("微博昵称"), max_length=60)
    followers = models.BigIntegerField(_("粉丝数"), default=0)
    verified = models.BooleanField(_("已认证"), default=False)
    verified_type = models.SmallIntegerField(_("认证类型"), choices=Verified, default=Verified.NONE)
    verified_reason = models.CharField(_("认证说明"), max_length=200, blank=True)
    region = models.CharField(_("地区"), max_length=40, blank=True)
    description = models.CharField(_("简介"), max_length=300, blank=True)
    avatar_url = models.URLField(_("头像"), max_length=300, blank=True)
    token = models.TextField(_("令牌（加密）"), blank=True)  # vault.seal(); never shown
    token_state = models.CharField(_("授权状态"), max_length=10, choices=Token, default=Token.VALID)
    token_expires_at = models.DateTimeField(_("授权到期"), null=True, blank=True)
    last_error_code = models.CharField(_("最近错误码"), max_length=20, blank=True)
    profile_read_at = models.DateTimeField(_("资料更新时间"), null=True, blank=True)
    profile_due_at = models.DateTimeField(null=True, blank=True)  # next reading; null without a token
    remind_at = models.DateTimeField(null=True, blank=True)  # tell the owner that the token will expire; null: told
    bound_at = models.DateTimeField(_("绑定时间"), db_default=Now())

    get_token_state_display = spoken("token_state", Token)

    class Meta:
        verbose_name = verbose_name_plural = _("微博帐号")
        indexes = [
            models.Index(fields=["profile_due_at"], condition=Q(token_state="valid"), name="weibo_profile_due"),
            models.Index(fields=["remind_at"], condition=Q(token_state="valid"), name="weibo_remind_due"),
            models.Index(fields=["token_expires_at"], condition=Q(token_state="valid"), name="weibo_token_due"),
        ]

    def __str__(self) -> str:
        return f"@{self.screen_name}"


class Category(models.Model):
    """归属分类 / 帐号类别 (R10, R141)."""

    slug = models.SlugField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=30)
    name_en = models.CharField(_("英文名称"), max_length=40)
    position = models.SmallIntegerField(_("排序"), default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("帐号类别")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.spoken(self.name, self.name_en)

    @staticmethod
    def spoken(name: str, name_en: str) -> str:
        """In the language of the page; operators write both names."""
        return name_en if (get_language() or "").startswith("en") else name


NO_CPM = 2**62  # without followers or price: last of all


def _cpm(price: str) -> models.GeneratedField:
    """Net fen per thousand followers, rounded down, kept by the database itself: the search sorts by it."""
    each = F(price) * 1000 / NullIf(F("followers"), Value(0, models.BigIntegerField()))
    return models.GeneratedField(
        expression=Coalesce(each, Value(NO_CPM, models.BigIntegerField())),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )


MARKET_SORTS = ("followers", "price", "rating", "cpm")


def _searched(form: str) -> list[str]:
    """What a search filters by: with all of it in the index, a row that does not fit is passed over unread."""
    facts = ["owner", "region", "verified", "specific", "specific_opt_in"]
    conduct = ["accept_rate_bp", "answer_minutes", "median_reposts", "median_comments"]
    return ["followers", "rating", f"price_{form}", f"cpm_{form}", *facts, *conduct]


def _listed(form: str) -> Q:
    """The accounts that may be chosen for a form, in the words of `MediaAccountQuerySet`."""
    return Q(taking="open", authorised=True, suspended_at=None, **{f"price_{form}__gt": 0})


def _sorted_by(sort: str, *, form: str, within: str = "") -> models.Index:
    """One sort of the market for one form: each band of it, or of a category, is in order (see `searching`)."""
    key = sort if sort in _searched(form) else f"{sort}_{form}"
    return models.Index(
        fields=[*filter(None, [within]), f"{form}_band", key, "id"],
        include=[field for field in _searched(form) if field != key],
        condition=_listed(form),
        name=f"{within or 'market'}_{form}_{sort}",
    )


class MediaAccount(models.Model):
    """自媒体帐号: a Weibo account that takes orders. Also the search row: copies of followers and name live here."""

    class Review(models.TextChoices):
        PENDING = "pending", _("待审核")
        APPROVED = "approved", _("已通过")
        REJECTED = "rejected", _("未通过")

    class Taking(models.TextChoices):
        """接单功能 (R9, R10)."""

        OFF = "off", _("未开通")
        APPLIED = "applied", _("申请审核中")
        OPEN = "open", _("已开通")
        REJECTED = "rejected", _("申请未通过")

    weibo = models.OneToOneField(WeiboAccount, models.PROTECT, related_name="media", verbose_name=_("微博帐号"))
    owner = models.ForeignKey(User, models.PROTECT, related_name="media_accounts", verbose_name=_("帐号主"))
    screen_name = models.CharField(_("微博昵称"), max_length=60)
    followers = models.BigIntegerField(_("粉丝数"), default=0)
    region = models.CharField(_("地区"), max_length=40, blank=True)
    organisation = models.BooleanField(_("企业认证"), default=False)  # WEIBO_ORG_TYPES, copied from Weibo's facts
    verified = models.BooleanField(_("已认证"), default=False)  # a copy, as followers and name are
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("帐号类别"))
    review = models.CharField(_("授权审核"), max_length=10, choices=Review, default=Review.PENDING)
    taking = models.CharField(_("接单功能"), max_length=10, choices=Taking, default=Taking.OFF)
    price_original = models.BigIntegerField(_("原发微博收入（分）"), null=True, blank=True)
    price_repost = models.BigIntegerField(_("转发微博收入（分）"), null=True, blank=True)
    cpm_original = _cpm("price_original")
    cpm_repost = _cpm("price_repost")
    original_band = bands.column("price_original")
    repost_band = bands.column("price_repost")
    specific = models.BooleanField(_("特定帐号"), default=False)  # operator's list (A26)
    specific_by_hand = models.BooleanField(_("特定帐号由人工设定"), default=False)  # else the rating decides (A26)
    specific_opt_in = models.BooleanField(_("接受个人用户派单"), default=True)  # the owner's say (A26)
    suspended_at = models.DateTimeField(_("暂停交易时间"), null=True, blank=True)
    suspended_reason = models.CharField(_("暂停原因"), max_length=200, blank=True)
    suspended_until = models.DateTimeField(_("暂停至"), null=True, blank=True)  # null: until further notice
    authorised = models.BooleanField(_("授权有效"), default=True)  # copy of weibo.token_state == valid (R12)
    rating = models.SmallIntegerField(_("评级"), default=60)  # 0..100
    accept_rate_bp = models.IntegerField(_("接单率（万分比）"), null=True, blank=True)
    lapse_rate_bp = models.IntegerField(_("流单率（万分比）"), null=True, blank=True)
    answer_minutes = models.IntegerField(_("平均响应（分钟）"), null=True, blank=True)
    median_reposts = models.IntegerField(_("转发中位数"), null=True, blank=True)
    median_comments = models.IntegerField(_("评论中位数"), null=True, blank=True)
    created_at = models.DateTimeField(_("加入时间"), db_default=Now())

    objects = MediaAccountQuerySet.as_manager()

    get_review_display = spoken("review", Review)
    get_taking_display = spoken("taking", Taking)

    class Meta:
        verbose_name = verbose_name_plural = _("自媒体帐号")
        constraints = [
            models.CheckConstraint(
                condition=Q(price_original=None) | Q(price_original__gt=0, price_original__lte=10**10),
                name="media_price_original_sane",
                violation_error_message=_("价格须大于 0"),
            ),
            models.CheckConstraint(
                condition=Q(price_repost=None) | Q(price_repost__gt=0, price_repost__lte=10**10),
                name="media_price_repost_sane",
                violation_error_message=_("价格须大于 0"),
            ),
            models.CheckConstraint(
                condition=Q(taking="open", review="approved") | ~Q(taking="open"),
                name="media_open_needs_review",
            ),
            models.CheckConstraint(condition=Q(rating__gte=0, rating__lte=100), name="media_rating_0_100"),
            models.CheckConstraint(
                condition=Q(suspended_until=None) | Q(suspended_at__lt=F("suspended_until")), name="media_until_after"
            ),
        ]
        indexes = [
            *(
                _sorted_by(sort, form=form, within=within)
                for within in ("", "category")
                for form in ("original", "repost")
                for sort in MARKET_SORTS
            ),
            # What 个人用户 see, however few: read through in whatever order is asked.
            models.Index(
                fields=["repost_band", "followers", "id"],
                include=["category", "rating", "price_repost", "cpm_repost", "owner"],
                condition=_listed("repost") & Q(specific=True, specific_opt_in=True),
                name="market_specific",
            ),
            models.Index(fields=["suspended_until"], condition=~Q(suspended_until=None), name="media_until_due"),
            models.Index(fields=["id"], condition=Q(review="pending"), name="media_waits_for_review"),
            models.Index(fields=["id"], condition=Q(taking="applied"), name="media_waits_for_taking"),
            GinIndex(OpClass(Upper("screen_name"), name="gin_trgm_ops"), name="media_by_name"),  # as icontains asks
        ]

    def __str__(self) -> str:
        return f"@{self.screen_name}"


class RatingScore(models.Model):
    """A computed 评级 with its parts (A42): append-only history, one row per change."""

    account = models.ForeignKey(MediaAccount, models.CASCADE, related_name="scores", verbose_name=_("帐号"))
    score = models.SmallIntegerField(_("评分"))
    parts = models.JSONField(_("分项"))
    formula = models.CharField(_("公式版本"), max_length=10)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("评级记录")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["account", "-at"], name="rating_latest")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.score} · {shanghai(self.at):%F %R}"


class Slot(models.Model):
    """One job of one account: [start, start + 15 min), taken on 接单 (R68, A18, L27). Written by `accounts.slots`."""

    account = models.ForeignKey(MediaAccount, models.PROTECT, related_name="slots", db_index=False)  # slot_of_account
    period = DateTimeRangeField()
    start_at = models.GeneratedField(
        expression=Func(F("period"), function="lower"), output_field=models.DateTimeField(), db_persist=True
    )
    order_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="slot_one_task_in_15_minutes",
                expressions=[("account", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("该帐号在这 15 分钟内已接受其它任务"),
            ),
            models.CheckConstraint(
                condition=Q(
                    period=Func(
                        Func(F("period"), function="lower"),
                        Func(F("period"), function="lower") + Value("15 minutes", models.DurationField()),
                        Value("[)"),
                        function="tstzrange",
                        output_field=DateTimeRangeField(),
                    )
                ),
                name="slot_is_15_minutes",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "start_at"], name="slot_of_account"),
            models.Index(fields=["start_at", "account"], name="slot_by_start"),
        ]


class Notice(models.Model):
    """站内通知 (R65, R69). One per `dedupe`, ever. Written by `accounts.notices`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notices", verbose_name=_("收件人"))
    kind = models.CharField(_("类型"), max_length=40)
    dedupe = models.CharField(max_length=120, unique=True)
    title = models.CharField(_("标题"), max_length=100)
    body = models.TextField(_("内容"), blank=True)
    url = models.CharField(_("链接"), max_length=200, blank=True)
    urgent = models.BooleanField(_("紧急"), default=False)
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("通知")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_inbox"),
            models.Index(fields=["user", "-id"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["-id"], condition=Q(urgent=True), name="notice_urgent"),  # few: for the desk's filter
        ]

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """The outbox: a copy of a notice on its way by one channel. Written by `accounts.notices`, sent by `outbox`."""

    class Channel(models.TextChoices):
        WEIBO = "weibo", _("微博通知")
        EMAIL = "email", _("邮件")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("发送失败")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    address = models.CharField(_("地址"), max_length=254)  # a Weibo uid, or an e-mail address
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("通知发送")
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_per_channel")]
        indexes = [models.Index(fields=["next_at"], condition=Q(state="waiting"), name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_state_display()}"
