"""What the advertiser wants: the task as drafted, each submission of it as reviewed, and the decisions."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Advertiser, MediaAccount, User
from tasks.desk.models import Claim, FirstApproval, ReasonTemplate
from tasks.querysets import SubmissionQuerySet, TaskQuerySet
from tasks.screening.models import Rule, RuleCategory, RuleSet
from weitask.models import append_only, spoken

__all__ = [
    "EDITABLE",
    "LIVE",
    "Claim",
    "Decision",
    "FirstApproval",
    "Form",
    "Image",
    "Item",
    "ReasonTemplate",
    "Rule",
    "RuleCategory",
    "RuleSet",
    "Selection",
    "Submission",
    "Task",
    "TaskState",
    "fixed",
]


def fixed(*columns: str) -> pgtrigger.Trigger:
    """A trigger that keeps what was submitted as it was submitted (R32, R49)."""
    old, new = (", ".join(f"{side}.{column}" for column in columns) for side in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name="snapshot_fixed",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf(*columns),
        condition=pgtrigger.Condition(f"ROW({old}) IS DISTINCT FROM ROW({new})"),
        func="RAISE EXCEPTION 'what was submitted is fixed (R32): %', TG_TABLE_NAME;",
    )


class Form(models.TextChoices):
    ORIGINAL = "original", _("原发")
    REPOST = "repost", _("转发")


class Image(models.Model):
    """原发配图: re-encoded, renamed, without EXIF (F59). Named by id in tasks and selections."""

    advertiser = models.ForeignKey(Advertiser, models.PROTECT, related_name="images")
    file = models.FileField(upload_to="images/%Y/%m/")
    name = models.CharField(max_length=120)  # as uploaded; screened, never used as a path
    width = models.IntegerField()
    height = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())


class TaskState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    IN_REVIEW = "in_review", _("审核中")
    REJECTED = "rejected", _("驳回")
    LAPSED = "lapsed", _("审核超时")
    APPROVED = "approved", _("已通过")
    RUNNING = "running", _("执行中")
    ENDED = "ended", _("已结束")
    HALTED = "halted", _("叫停")


EDITABLE = (TaskState.DRAFT, TaskState.REJECTED, TaskState.LAPSED)
LIVE = (TaskState.APPROVED, TaskState.RUNNING)
TASK_MOVES = (
    (TaskState.DRAFT, TaskState.IN_REVIEW),
    (TaskState.REJECTED, TaskState.IN_REVIEW),
    (TaskState.LAPSED, TaskState.IN_REVIEW),
    (TaskState.IN_REVIEW, TaskState.REJECTED),
    (TaskState.IN_REVIEW, TaskState.LAPSED),
    (TaskState.IN_REVIEW, TaskState.APPROVED),
    (TaskState.APPROVED, TaskState.RUNNING),
    (TaskState.APPROVED, TaskState.HALTED),
    (TaskState.RUNNING, TaskState.HALTED),
    (TaskState.RUNNING, TaskState.ENDED),
)
_LEGAL = ", ".join(f"'{a}>{b}'" for a, b in TASK_MOVES)


class Task(models.Model):
    """任务. The draft columns are editable in EDITABLE states only; `state` is written by `tasks.review` alone."""

    advertiser = models.ForeignKey(Advertiser, models.PROTECT, related_name="tasks", verbose_name=_("广告主"))
    form = models.CharField(_("形式"), max_length=10, choices=Form)
    state = models.CharField(_("状态"), max_length=10, choices=TaskState, default=TaskState.DRAFT)
    text = models.TextField(_("原发/转发语"), blank=True)
    image_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("配图"))
    source_url = models.CharField(_("原文链接"), max_length=300, blank=True)
    source_id = models.CharField(max_length=20, blank=True)  # Weibo id behind source_url
    source_uid = models.CharField(max_length=20, blank=True)
    source_text = models.TextField(blank=True)
    proof = models.ForeignKey(
        Image, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("销售授权证明")
    )  # R44
    start_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    kind_then = models.CharField(max_length=10, choices=Advertiser.Kind, blank=True)  # who created it (L28)
    recharged_then = models.BigIntegerField(default=0)  # 累计充值 when it was created (L28)
    created_at = models.DateTimeField(_("创建时间"))
    updated_at = models.DateTimeField(_("修改时间"))
    first_start_at = models.DateTimeField(_("首个开始时间"), null=True, blank=True)  # over dispatched orders
    last_start_at = models.DateTimeField(_("最后开始时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    digest_at = models.DateTimeField(null=True, blank=True)  # the start digest is out (R65, A20)
    closing_digest_at = models.DateTimeField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    get_form_display = spoken("form", Form)
    get_state_display = spoken("state", TaskState)

    class Meta:
        verbose_name = verbose_name_plural = _("任务")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(form=Form.REPOST) | Q(image_ids=[]),
                name="task_repost_has_no_images",
                violation_error_message=_("转发任务不能配图"),
            ),
        ]
        indexes = [
            models.Index(fields=["advertiser", "-id"], name="task_mine"),
            models.Index(fields=["advertiser", "state", "-id"], name="task_mine_state"),
            models.Index(fields=["state", "first_start_at"], name="task_by_start"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="legal_moves",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Condition(
                    f"OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ({_LEGAL})"
                ),
                func="RAISE EXCEPTION 'illegal task move % -> %', OLD.state, NEW.state;",
            ),
            pgtrigger.Trigger(
                name="first_state",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.state <> 'draft'"),
                func="RAISE EXCEPTION 'a task begins as a draft, not %', NEW.state;",
            ),
            pgtrigger.Trigger(
                name="content_fixed_once_published",  # R27
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("form", "text", "image_ids", "source_id", "start_at", "advertiser_id"),
                condition=pgtrigger.Condition(
                    "OLD.state NOT IN ('draft', 'rejected', 'lapsed') AND"
                    " ROW(OLD.form, OLD.text, OLD.image_ids, OLD.source_id, OLD.start_at, OLD.advertiser_id)"
                    " IS DISTINCT FROM"
                    " ROW(NEW.form, NEW.text, NEW.image_ids, NEW.source_id, NEW.start_at, NEW.advertiser_id)"
                ),
                func="RAISE EXCEPTION 'a published task cannot be changed (R27)';",
            ),
            pgtrigger.Protect(
                name="only_drafts_are_deleted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.state <> 'draft'"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.text[:20]}"

    def get_absolute_url(self) -> str:
        """The advertiser's page of the task."""
        return f"/tasks/{self.pk}/"

    @property
    def caption(self) -> str:
        """What a list calls the task: its words, or what stands for them."""
        return self.text or (gettext("转发微博") if self.form == Form.REPOST else gettext("（未填写内容）"))

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE


class Selection(models.Model):
    """A chosen account of a draft, with its own start, text and images or the task's (R22)."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="selections")
    account = models.ForeignKey(MediaAccount, models.PROTECT, related_name="+")
    start_at = models.DateTimeField(null=True, blank=True)  # null: the task's
    text = models.TextField(blank=True)  # blank: the task's
    image_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)  # null: the task's
    price_seen = models.BigIntegerField(null=True)  # net fen shown when it was chosen (A43)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["task", "position"], name="selection_order")]


class SharedQuote(models.Model):
    """报价单: what a draft costs and whom it reaches at one moment, for whoever has the link, until it expires.

    A picture, not a promise: prices are those of `made_at`. Written by `tasks.sharing`.
    """

    task = models.ForeignKey(Task, models.CASCADE, related_name="quotes")
    token = models.CharField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    text = models.TextField(blank=True)
    lines = models.JSONField()  # [{"name", "followers", "start_at" (ISO 8601) or null, "net", "fee"}] in fen
    net = models.BigIntegerField()
    fee = models.BigIntegerField()
    coverage = models.BigIntegerField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="quote_expires_later")
        ]

    @property
    def total(self) -> int:
        return self.net + self.fee


class Submission(models.Model):
    """The unit of review and hold: what was asked for, immutable but for the decision (A16, A17, R32, R49)."""

    class State(models.TextChoices):
        IN_REVIEW = "in_review", _("审核中")
        APPROVED = "approved", _("已通过")
        REJECTED = "rejected", _("驳回")
        LAPSED = "lapsed", _("审核超时")

    task = models.ForeignKey(Task, models.PROTECT, related_name="submissions", verbose_name=_("任务"))
    number = models.IntegerField(_("次数"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.IN_REVIEW)
    addition = models.BooleanField(_("增加订单"), default=False)  # R33
    form = models.CharField(_("形式"), max_length=10, choices=Form)
    text = models.TextField(_("原发/转发语"), blank=True)
    image_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("配图"))
    source_url = models.CharField(_("原文链接"), max_length=300, blank=True)
    source_id = models.CharField(_("原微博编号"), max_length=20, blank=True)
    source_uid = models.CharField(_("原微博作者"), max_length=20, blank=True)
    source_text = models.TextField(_("原微博内容"), blank=True)
    start_at = models.DateTimeField(_("开始时间"))
    submitted_at = models.DateTimeField(_("提交时间"))
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("提交人"))
    net = models.BigIntegerField(_("帐号收入合计（分）"))
    fee = models.BigIntegerField(_("服务费合计（分）"))
    coverage = models.BigIntegerField(_("覆盖人数"))  # R31 snapshot
    findings = models.JSONField(_("机审发现"), default=list)
    opened = models.JSONField(_("展开的短链接"), default=dict, db_default={})  # t.cn link → target (A39)
    rule_version = models.CharField(_("规则版本"), max_length=20)
    next_start_at = models.DateTimeField(_("最近开始时间"), null=True, db_index=True)  # earliest open item in review
    alarm_at = models.DateTimeField(_("下次提醒"), null=True, db_index=True)  # the next "review is late" alarm (A15)

    objects = SubmissionQuerySet.as_manager()

    get_form_display = spoken("form", Form)
    get_state_display = spoken("state", State)

    class Meta:
        verbose_name = verbose_name_plural = _("提交审核")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="submission_number"),
            models.UniqueConstraint(fields=["task"], condition=Q(state="in_review"), name="submission_one_in_review"),
            models.CheckConstraint(condition=Q(net__gt=0, fee__gte=0), name="submission_cost_positive"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="legal_moves",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Condition("OLD.state <> NEW.state AND OLD.state <> 'in_review'"),
                func="RAISE EXCEPTION 'a decided submission stays decided: % -> %', OLD.state, NEW.state;",
            ),
            fixed("task_id", "form", "text", "image_ids", "source_id", "net", "fee", "coverage", "findings", "opened"),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"#{self.task_id} {self.text[:20]}"

    @property
    def total(self) -> int:
        """Net and fee together, fen."""
        return self.net + self.fee


class Item(models.Model):
    """One selection of a submission with its snapshots (R32); becomes one order at approval, or lapses (A15)."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="items")
    account = models.ForeignKey(MediaAccount, models.PROTECT, related_name="+", verbose_name=_("帐号"))
    start_at = models.DateTimeField(_("开始时间"))
    text = models.TextField(_("原发/转发语"), blank=True)
    image_ids = ArrayField(models.BigIntegerField(), default=list)
    price = models.BigIntegerField(_("净价（分）"))  # net, what the owner gets
    fee = models.BigIntegerField(_("服务费（分）"))
    followers = models.BigIntegerField(_("粉丝数"))
    rating = models.SmallIntegerField(_("评级"))
    lapsed_at = models.DateTimeField(_("审核超时"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("所选帐号")
        ordering = ["start_at", "id"]
        constraints = [models.CheckConstraint(condition=Q(price__gt=0, fee__gte=0), name="item_cost_positive")]
        # Of those that did not lapse: how many there are and which comes first is read from the index alone.
        indexes = [models.Index(fields=["submission", "start_at"], name="item_by_start", condition=Q(lapsed_at=None))]
        triggers = [
            fixed("submission_id", "account_id", "start_at", "text", "image_ids", "price", "fee"),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]


class Decision(models.Model):
    """Approve, reject or stop: who, when, why, under which rules; append-only (R41, R49, R85)."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("通过")
        REJECT = "reject", _("驳回")
        HALT = "halt", _("紧急叫停")

    task = models.ForeignKey(Task, models.PROTECT, related_name="decisions", verbose_name=_("任务"))
    submission = models.ForeignKey(
        Submission, models.PROTECT, null=True, related_name="decisions", verbose_name=_("提交审核")
    )
    verdict = models.CharField(_("决定"), max_length=10, choices=Verdict)
    reason = models.TextField(_("理由"), blank=True)
    platform_fault = models.BooleanField(_("平台原因"), default=False)  # A22
    rule_version = models.CharField(_("规则版本"), max_length=20)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("审核人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("审核记录")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="approve") | ~Q(reason=""),
                name="decision_has_reason",
                violation_error_message=_("请填写理由"),
            ),
            models.CheckConstraint(
                condition=Q(verdict="halt", submission=None) | (~Q(verdict="halt") & Q(submission__isnull=False)),
                name="decision_subject",
            ),
            models.UniqueConstraint(fields=["submission"], name="decision_once_per_submission"),
            models.UniqueConstraint(fields=["task"], condition=Q(verdict="halt"), name="decision_one_halt"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"#{self.task_id} {self.get_verdict_display()}"
