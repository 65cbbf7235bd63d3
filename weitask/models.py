"""Rows that belong to no app of the product: the clock, leases, heartbeats, alarms, lessons, idempotency, exports."""

from collections.abc import Callable
from functools import cache

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from weitask.periods import shanghai


def append_only() -> list[pgtrigger.Trigger]:
    """Triggers that refuse UPDATE, DELETE and TRUNCATE, from psql too (R49, R131, architecture 1.4 and 1.8)."""
    return [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete), no_truncate()]


def no_truncate() -> pgtrigger.Trigger:
    """The trigger that refuses TRUNCATE, which asks no row-level one."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate %', TG_TABLE_NAME;",
    )


def refuse_after_insert(*, name: str, wrong: str, why: str, plan_is_kept: bool = False) -> pgtrigger.Trigger:
    """A trigger that refuses a statement whose new rows (`made`) give an id, a bigint, in the query `wrong`.

    It is planned for each statement anew, when the database knows how many rows are new and how large the tables are.

    Args:
        why: the message; `%` in it is the id.
        plan_is_kept: planned once in a session. Only for rows that are written by a function of the database which
            forbids reading whole tables: else a plan made while a table was small is kept when it is large.
    """
    query = f"{wrong} INTO wrong" if plan_is_kept else f"EXECUTE $query${wrong}$query$ INTO wrong"
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="made"),
        declare=[("wrong", "bigint")],
        func=f"{query}; IF wrong IS NOT NULL THEN RAISE EXCEPTION '{why}', wrong; END IF; RETURN NULL;",
    )


def spoken(field: str, choices: type[models.TextChoices]) -> Callable[[models.Model], str]:
    """A model's `get_<field>_display` at a price that a list can pay: Django's hashes every choice at every call."""

    @cache
    def words(_language: str | None) -> dict[str, str]:
        return {value: str(label) for value, label in choices.choices}

    def display(row: models.Model) -> str:
        value = getattr(row, field)
        return words(get_language()).get(value, value)

    return display


class Clock(models.Model):
    """The single row behind `weitask.clock`: business time = database clock + offset, or the pinned moment (spec 9)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField()
    pinned = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="clock_is_one_row")]


class Lease(models.Model):
    """Who runs a sweep that calls out, until when (real database time, not business time; architecture 7)."""

    name = models.CharField(max_length=60, primary_key=True)
    owner = models.CharField(max_length=80)
    until = models.DateTimeField()


class Heartbeat(models.Model):
    """The last look of a sweep (real database time); `done` is what that look found (spec 7, healthz)."""

    name = models.CharField(max_length=60, primary_key=True)
    looked_at = models.DateTimeField()
    done = models.BigIntegerField(default=0)
    failed = models.CharField(max_length=300, blank=True)


class Alarm(models.Model):
    """Something a person must look at. One open alarm per kind and key; raising it again changes nothing."""

    class Kind(models.TextChoices):
        SWEEP_ROW = "sweep_row", _("后台任务出错")  # its key: the sweep, a colon, the row
        SUSPENSION_PROPOSED = "suspension_proposed", _("暂停交易待确认")
        REVIEW_LATE = "review_late", _("临近开始仍在审核")
        PUBLISH_REFUSED = "publish_refused", _("微博拒绝发布")
        POST_ASTRAY = "post_astray", _("订单结束后发出的微博")
        VAULT = "vault", _("令牌无法解密")
        READINGS_BLIND = "readings_blind", _("微博无法读取")
        ORDER_UNDECIDED = "order_undecided", _("订单待人工裁定")
        SETTLEMENT = "settlement", _("结算前对账有误")
        SUSPENSE = "suspense", _("待查款项")
        TOPUP_CONFLICT = "topup_conflict", _("充值结果矛盾")
        TOPUP_QUERY = "topup_query", _("充值查询被拒")
        PAYOUT_REFUSED = "payout_refused", _("付款被拒")
        PAYOUT_QUERY = "payout_query", _("付款查询被拒")
        PAYOUT_CONFLICT = "payout_conflict", _("付款结果矛盾")
        PAYOUT_UNBOOKED = "payout_unbooked", _("付款无法入账")
        PAYOUT_UNKNOWN = "payout_unknown", _("付款没有结果")
        PAYOUT_OVERDUE = "payout_overdue", _("付款逾期")

    kind = models.CharField(_("类型"), max_length=40, choices=Kind)
    key = models.CharField(_("对象"), max_length=120)
    text = models.TextField(_("说明"))
    raised_at = models.DateTimeField(_("发生时间"))
    resolved_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处理人"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("告警")
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], condition=Q(resolved_at=None), name="alarm_open_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class SecurityEvent(models.Model):
    """A forged notification, a refused try, a decrypted card: append-only (faults F24, section 4)."""

    class Kind(models.TextChoices):
        FORGED_NOTIFICATION = "forged_notification", _("伪造的支付通知")
        WEIBO_BINDING_REFUSED = "weibo_binding_refused", _("拒绝绑定微博")
        CARD_REVEALED = "card_revealed", _("查看银行卡号")

    kind = models.CharField(_("类型"), max_length=40, choices=Kind)
    at = models.DateTimeField(_("时间"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("用户"),
    )
    ip = models.GenericIPAddressField(_("IP"), null=True, blank=True)
    detail = models.JSONField(_("详情"), default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("安全事件")
        ordering = ["-at", "-id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {shanghai(self.at):%F %T}"


class Lesson(models.Model):
    """微博运营课堂: a lesson that operators write and publish (R50). Unpublished ones are drafts."""

    title = models.CharField(_("标题"), max_length=80)
    summary = models.CharField(_("摘要"), max_length=160)
    body = models.TextField(_("正文"), help_text=_("空行分段；以“# ”开头的一行是小标题。"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("作者")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("微博运营课堂")
        ordering = ["-published_at", "-id"]
        indexes = [models.Index("published_at", "id", condition=Q(published_at__isnull=False), name="lesson_published")]

    def __str__(self) -> str:
        return self.title


class IdempotencyKey(models.Model):
    """The first answer to a POST, given again for the same key and body (spec 7)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=120)
    body_hash = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    keep = models.BooleanField(default=False)  # money: for ever
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path", "key"], name="idempotency_once")]


class Export(models.Model):
    """A workbook made by a worker because it is long, kept some days for who asked (R89)."""

    kind = models.CharField(max_length=60)  # of `weitask.exports`
    asked = models.JSONField(default=dict)  # of this kind: which task, which filters
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    rows = models.IntegerField(default=0)  # expected, 0 while nobody has counted; `done` of them are written
    done = models.IntegerField(default=0)
    tries = models.SmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)  # real database time; then another worker may begin anew
    ready_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    file = models.FileField(upload_to="exports/", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(ready_at=None, failed_at=None), name="export_to_make"),
            models.Index(fields=["by", "kind"], name="export_of_somebody"),
            models.Index(fields=["asked_at"], name="export_to_forget"),
        ]

    @property
    def percent(self) -> int:
        """How far it is, for the page."""
        return min(100, 100 * self.done // max(1, self.rows))
