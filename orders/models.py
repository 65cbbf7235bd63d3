"""Carrying it out: orders, their moves, posting attempts and retention readings (spec 1.4-1.6 and 3)."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Advertiser, MediaAccount, User
from orders.moves import FIRST, MOVES, Cause, State
from orders.querysets import OrderQuerySet
from tasks.models import Form, Item, Task
from weitask.models import append_only, no_truncate, spoken

_LEGAL = ", ".join(sorted({f"'{move.old}>{move.new}'" for move in MOVES}))


class Order(models.Model):
    """订单: one account of one approved submission. Only `orders.lifecycle` writes `state`; prices are fen."""

    number = models.CharField(_("订单号"), max_length=24, unique=True)
    # Of the keys without an index of their own another index begins with them (see Meta).
    task = models.ForeignKey(Task, models.PROTECT, related_name="orders", db_index=False, verbose_name=_("任务"))
    item = models.OneToOneField(Item, models.PROTECT, related_name="order")
    advertiser = models.ForeignKey(Advertiser, models.PROTECT, related_name="orders", verbose_name=_("广告主"))
    account = models.ForeignKey(
        MediaAccount, models.PROTECT, related_name="orders", db_index=False, verbose_name=_("帐号")
    )
    owner = models.ForeignKey(User, models.PROTECT, related_name="orders", db_index=False, verbose_name=_("帐号主"))
    state = models.CharField(_("状态"), max_length=12, choices=State)
    cause = models.CharField(_("原因"), max_length=20, choices=Cause, blank=True)

    form = models.CharField(_("形式"), max_length=10, choices=Form)
    text = models.TextField(_("内容"), blank=True)
    image_ids = ArrayField(models.BigIntegerField(), default=list)
    source_id = models.CharField(max_length=20, blank=True)
    source_uid = models.CharField(max_length=20, blank=True)
    start_at = models.DateTimeField(_("开始时间"))
    price = models.BigIntegerField(_("净收入（分）"))
    fee = models.BigIntegerField(_("服务费（分）"))
    followers = models.BigIntegerField(_("粉丝数"))
    rating = models.SmallIntegerField(_("评级"))

    dispatched_at = models.DateTimeField(_("派单时间"))
    answered_at = models.DateTimeField(_("接单/拒单时间"), null=True, blank=True)
    accepted_ip = models.GenericIPAddressField(null=True, blank=True)  # Weibo's `rip`
    refusal_code = models.CharField(_("拒单类别"), max_length=20, blank=True)
    refusal_reason = models.CharField(_("拒单原因"), max_length=300, blank=True)
    publishing_since = models.DateTimeField(null=True, blank=True)
    weibo_id = models.CharField(_("微博 ID"), max_length=20, null=True, blank=True, unique=True)
    posted_at = models.DateTimeField(_("发布时间"), null=True, blank=True)  # Weibo's created_at (A5)
    exempt_from = models.DateTimeField(_("豁免起"), null=True, blank=True)  # the notice instant (A23)
    achieved_at = models.DateTimeField(_("达成时间"), null=True, blank=True)  # posted_at + 24 h
    completed_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    deleted_early = models.BooleanField(_("提前删除"), default=False)  # A4
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)  # any final move

    next_check_at = models.DateTimeField(_("下次核查"), null=True, blank=True)  # retention reading due
    last_seen_at = models.DateTimeField(_("最后见到"), null=True, blank=True)  # instant the request was sent (A6)
    first_missing_at = models.DateTimeField(_("首次不见"), null=True, blank=True)  # instant the answer came (A6)
    undecided = models.CharField(_("待人工裁定"), max_length=20, blank=True)  # why a person must decide (A6, A7)
    source_deleted = models.BooleanField(_("原微博已删除"), default=False)  # A46
    reposts = models.IntegerField(_("转发数"), default=0)
    comments = models.IntegerField(_("评论数"), default=0)
    likes = models.IntegerField(_("赞数"), default=0)
    counted_at = models.DateTimeField(_("统计时间"), null=True, blank=True)
    next_count_at = models.DateTimeField(null=True, blank=True)  # counts between the readings due
    remind_at = models.DateTimeField(null=True, blank=True)  # the next reminder while it waits for an answer
    rule_due_at = models.DateTimeField(null=True, blank=True)  # the account's standing rule has not looked at it yet

    objects = OrderQuerySet.as_manager()

    get_form_display = spoken("form", Form)
    get_state_display = spoken("state", State)

    class Meta:
        verbose_name = verbose_name_plural = _("订单")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0, fee__gte=0), name="order_cost_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "achieved", "completed", "failed"])
                | Q(weibo_id__isnull=False, posted_at__isnull=False),
                name="order_posted_has_weibo_id",  # L25
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["achieved", "completed"]) | Q(achieved_at__isnull=False),
                name="order_achieved_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | (~Q(refusal_code="") & Q(answered_at__isnull=False)),
                name="order_refused_why",
            ),
        ]
        indexes = [
            models.Index(fields=["start_at"], condition=Q(state="dispatched"), name="order_expire_due"),
            models.Index(fields=["start_at"], condition=Q(state="accepted"), name="order_publish_due"),
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="order_check_due"),
            models.Index(fields=["next_count_at"], condition=Q(next_count_at__isnull=False), name="order_count_due"),
            models.Index(fields=["achieved_at", "id"], condition=Q(achieved_at__isnull=False), name="order_settle_due"),
            # All that Friday's batch reads of an order, owner by owner, without a look at rows all over the table.
            models.Index(
                fields=["owner", "achieved_at"],
                include=["id", "price"],
                condition=Q(state__in=["achieved", "completed"]),
                name="order_settles",
            ),
            models.Index(fields=["remind_at"], condition=Q(state="dispatched"), name="order_remind_due"),
            models.Index(
                fields=["rule_due_at"],
                condition=Q(state="dispatched", rule_due_at__isnull=False),
                name="order_rule_due",
            ),
            # With all that the list of tasks adds up over a task's orders.
            models.Index(fields=["task", "id"], include=["state", "price", "fee", "followers"], name="order_of_task"),
            models.Index(fields=["owner", "-id"], name="order_of_owner"),
            models.Index(fields=["owner", "state", "-id"], name="order_of_owner_state"),
            models.Index(fields=["owner", "state", "start_at"], name="order_of_owner_start"),
            # What an advertiser is told was lost lately.
            models.Index(
                fields=["advertiser", "-ended_at"],
                condition=Q(state__in=["refused", "lapsed", "cancelled", "failed"]),
                name="order_lost",
            ),
            models.Index(fields=["account", "start_at"], name="order_of_account"),
            models.Index(fields=["id"], condition=~Q(undecided=""), name="order_waits_for_verdict"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="legal_moves",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Condition(
                    f"OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ({_LEGAL})"
                ),
                func="RAISE EXCEPTION 'illegal order move % -> %', OLD.state, NEW.state;",
            ),
            pgtrigger.Trigger(
                name="first_state",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition(f"NEW.state <> '{FIRST}'"),
                func="RAISE EXCEPTION 'an order begins dispatched, not %', NEW.state;",
            ),
            pgtrigger.Trigger(
                name="snapshot_fixed",  # R32
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("price", "fee", "account_id", "owner_id", "advertiser_id", "start_at"),
                condition=pgtrigger.Condition(
                    "ROW(OLD.price, OLD.fee, OLD.account_id, OLD.owner_id, OLD.advertiser_id, OLD.start_at)"
                    " IS DISTINCT FROM"
                    " ROW(NEW.price, NEW.fee, NEW.account_id, NEW.owner_id, NEW.advertiser_id, NEW.start_at)"
                ),
                func="RAISE EXCEPTION 'the snapshot of an order is fixed (R32)';",
            ),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> int:
        """Net and fee together, fen."""
        return self.price + self.fee

    @property
    def refusal_words(self) -> str:
        """The reason as its reader sees it: the owner's words, or that the 15 minutes were taken (A18)."""
        return self.get_cause_display() if self.cause == Cause.SLOT_CLASH else self.refusal_reason


class OrderEvent(models.Model):
    """One arrow of the table of moves, written by the statement that moved the state. Append-only."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="events")
    old = models.CharField(_("原状态"), max_length=12, choices=State, blank=True)  # blank: dispatched
    new = models.CharField(_("新状态"), max_length=12, choices=State)
    cause = models.CharField(_("原因"), max_length=20, choices=Cause, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人"))
    at = models.DateTimeField(_("时间"))  # business time
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("状态记录")
        ordering = ["id"]
        triggers = append_only()


class PublishAttempt(models.Model):
    """One try to post: armed → sending → confirmed | refused | unknown → confirmed | absent (architecture 5)."""

    class State(models.TextChoices):
        ARMED = "armed", _("就绪")
        SENDING = "sending", _("发送中")
        CONFIRMED = "confirmed", _("已确认")
        REFUSED = "refused", _("被拒绝")
        UNKNOWN = "unknown", _("结果未知")
        ABSENT = "absent", _("确认未发出")

    LIVE = (State.ARMED, State.SENDING, State.UNKNOWN)

    order = models.ForeignKey(Order, models.PROTECT, related_name="attempts")
    number = models.SmallIntegerField(_("次数"))  # 1 or 2, never more
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ARMED)
    base_post_id = models.CharField(_("此前最新微博"), max_length=20, blank=True)  # newest timeline id just before
    pic_ids = ArrayField(models.CharField(max_length=60), default=list)  # uploaded ahead
    armed_at = models.DateTimeField(_("准备时间"))
    prepared_at = models.DateTimeField(null=True)  # base and pictures are ready; used up by sending
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    deadline = models.DateTimeField(null=True)  # real database time; no write past it
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    next_at = models.DateTimeField(null=True)  # retry of an armed one, or the next reading of an unknown one
    full_reads = models.SmallIntegerField(_("完整读取次数"), default=0)  # complete timeline reads without a match
    first_read_at = models.DateTimeField(null=True)
    saw_deletion = models.BooleanField(
        _("见到删除"), default=False
    )  # a deletion sentinel: absence is no longer provable
    code = models.CharField(_("返回码"), max_length=30, blank=True)
    message = models.CharField(_("返回信息"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("发布尝试")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="attempt_number"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=["armed", "sending", "unknown"]),
                name="attempt_one_live",
            ),
            models.CheckConstraint(condition=Q(number__in=[1, 2]), name="attempt_at_most_two"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["armed", "sending", "unknown"]),
                name="publish_attempt_due",
            )
        ]


class Reading(models.Model):
    """What was seen of a post at one moment (A6, A7, R87): the evidence. Append-only."""

    class Outcome(models.TextChoices):
        SEEN = "seen", _("存在")
        MISSING = "missing", _("不存在")
        HIDDEN = "hidden", _("不公开")  # counts as missing (A7)
        BLOCKED = "blocked", _("被平台移除")  # emergency-stop rule (A7)
        EDITED = "edited", _("内容被修改")  # a person decides (A7)
        UNKNOWN = "unknown", _("无法确认")

    order = models.ForeignKey(Order, models.PROTECT, related_name="readings")
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    asked_at = models.DateTimeField(_("请求时间"))  # business time the request was sent
    answered_at = models.DateTimeField(_("答复时间"))
    text_hash = models.CharField(max_length=64, blank=True)
    reposts = models.IntegerField(_("转发数"), null=True)
    comments = models.IntegerField(_("评论数"), null=True)
    likes = models.IntegerField(_("赞数"), null=True)
    code = models.CharField(_("返回码"), max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("数据记录")
        ordering = ["id"]
        indexes = [models.Index(fields=["order", "id"], name="reading_of_order")]
        triggers = append_only()


class Verdict(models.Model):
    """A person's decision on an undecided order, with the reason: append-only (A6, A7, architecture 5)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="verdicts", verbose_name=_("订单"))
    outcome = models.CharField(_("裁定"), max_length=20)
    reason = models.CharField(_("理由"), max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("裁定人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("裁定")
        indexes = [models.Index(fields=["outcome", "-id"], name="verdict_by_outcome")]
        triggers = append_only()

    def __str__(self) -> str:
        return self.reason


class RatingAppeal(models.Model):
    """Why what an order did must not count against a rating, and what became of it; written by `orders.appeals`."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="appeals", verbose_name=_("订单"))
    account = models.ForeignKey(MediaAccount, models.PROTECT, related_name="rating_appeals", verbose_name=_("帐号"))
    reason = models.CharField(_("申诉理由"), max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申诉人"))
    at = models.DateTimeField(_("申诉时间"))
    accepted = models.BooleanField(_("申诉成立"), null=True, blank=True)  # null: open
    answer = models.CharField(_("处理理由"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处理人")
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("评级申诉")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(accepted=None), name="appeal_one_open"),
            models.UniqueConstraint(fields=["order"], condition=Q(accepted=True), name="appeal_accepted_once"),
            models.CheckConstraint(
                condition=Q(accepted=None, decided_by=None, decided_at=None, answer="")
                | Q(accepted__isnull=False, decided_by__isnull=False, decided_at__isnull=False) & ~Q(answer=""),
                name="appeal_decided_by_whom_when_why",
            ),
            models.CheckConstraint(condition=Q(decided_by=None) | ~Q(decided_by=F("by")), name="appeal_not_by_oneself"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_for_ever",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__accepted__isnull=False),
            ),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.order}"


class StandingRule(models.Model):
    """Which orders of an account are accepted without asking its owner again; written by `orders.standing`."""

    account = models.OneToOneField(MediaAccount, models.CASCADE, related_name="standing_rule", verbose_name=_("帐号"))
    original_from = models.BigIntegerField(_("原发净收入不低于（分）"), null=True, blank=True)  # null: never
    repost_from = models.BigIntegerField(_("转发净收入不低于（分）"), null=True, blank=True)
    opens = models.TimeField(_("最早开始"))  # Shanghai
    closes = models.TimeField(_("最晚开始"))
    # Categories of the rule book: content in which the machine found something of them waits for its owner.
    left_out = ArrayField(models.CharField(max_length=30), default=list, db_default=[], blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)  # Weibo's `rip`
    set_at = models.DateTimeField(_("设定时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("自动接单规则")
        constraints = [models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="standing_rule_has_hours")]


class LateSettlement(models.Model):
    """An earned order that its own Friday batch closed without, and why (A34, L19). Append-only."""

    class Reason(models.TextChoices):
        PROVEN_LATE = "proven_late", _("批次完成后才确认达成")
        NO_BATCH = "no_batch", _("当周没有生成批次")

    order = models.OneToOneField(Order, models.PROTECT, related_name="late_settlement")
    cutoff = models.DateTimeField()  # of the batch it missed
    reason = models.CharField(max_length=20, choices=Reason)
    at = models.DateTimeField()

    class Meta:
        triggers = append_only()


class RatingRun(models.Model):
    """One daily feeding of the ratings: the facts of 30 days up to this moment were handed over (A42)."""

    at = models.DateTimeField(unique=True)
    accounts = models.IntegerField(default=0)
