"""Money that comes in through Sina Pay: top-ups, notifications, what cannot be placed (R125, F25)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Advertiser, User
from billing.querysets import TopUpQuerySet
from weitask.models import append_only, spoken


class TopUp(models.Model):
    """充值 through Sina Pay (R125). `number` is our out_trade_no. Written by `billing.topups`."""

    class State(models.TextChoices):
        PENDING = "pending", _("待支付")
        SUCCESS = "success", _("成功")
        FAILED = "failed", _("失败")
        CLOSED = "closed", _("关闭")

    advertiser = models.ForeignKey(Advertiser, models.PROTECT, related_name="topups", verbose_name=_("广告主"))
    number = models.CharField(_("充值单号"), max_length=32, unique=True)
    amount = models.BigIntegerField(_("金额（分）"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PENDING)
    cashier_url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(_("创建时间"))
    ended_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    queries = models.SmallIntegerField(_("查询次数"), default=0)
    next_query_at = models.DateTimeField(_("下次查询"), null=True, blank=True)  # F27: 1, 5, 15, 60 min … 7 days

    objects = TopUpQuerySet.as_manager()

    get_state_display = spoken("state", State)

    class Meta:
        verbose_name = verbose_name_plural = _("充值单")
        ordering = ["-created_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=10**10), name="topup_amount_sane")]
        indexes = [models.Index(fields=["next_query_at"], condition=Q(state="pending"), name="topup_due")]

    def __str__(self) -> str:
        return self.number


class PaymentNotice(models.Model):
    """A verified Sina Pay notification, kept for ever: unique (kind, number, state) (F22, F26). Append-only.

    What Sina adds to its kinds and states is kept, and shown as its code.
    """

    class Kind(models.TextChoices):
        DEPOSIT = "deposit_status_sync", _("充值结果")
        WITHDRAW = "withdraw_status_sync", _("付款结果")

    class State(models.TextChoices):
        PROCESSING = "PROCESSING", _("处理中")
        SUCCESS = "SUCCESS", _("成功")
        FAILED = "FAILED", _("失败")
        RETURNED = "RETURNT_TICKET", _("银行退票")  # spelled so

    class Outcome(models.TextChoices):
        """What was done; of a payout, `billing.payouts.outcomes` says it."""

        DONE = "done", _("已按通知处理")
        ASKED = "asked", _("已按新浪支付的记录处理")
        SUSPENSE = "suspense", _("与充值单不符")
        MISPLACED = "misplaced", _("与付款单不符")
        IGNORED = "ignored", _("无需处理")
        PAID = "paid", _("已付款")
        REFUSED = "refused", _("银行拒绝付款")
        CAME_BACK = "came_back", _("银行退票")
        CAME_BACK_LATE = "came_back_late", _("付款成功后退票")
        CONTRADICTED = "contradicted", _("与先前的结果矛盾")
        FROZEN = "frozen", _("付款已冻结，等待核实")
        UNBOOKED = "unbooked", _("付款无法入账")
        NOTHING = "nothing", _("没有新的结果")
        UNKNOWN = "unknown", _("未知付款单号")

    kind = models.CharField(_("类型"), max_length=40, choices=Kind)
    notify_id = models.CharField(_("通知编号"), max_length=64)
    number = models.CharField(_("单号"), max_length=32)
    state = models.CharField(_("状态"), max_length=20, choices=State)
    amount = models.BigIntegerField()
    body = models.TextField()
    outcome = models.CharField(_("处理结果"), max_length=20, choices=Outcome)
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("支付通知")
        constraints = [models.UniqueConstraint(fields=["kind", "number", "state"], name="payment_notice_once")]
        indexes = [
            models.Index(fields=["state", "-id"], name="payment_notice_by_state"),
            models.Index(fields=["outcome", "-id"], name="payment_notice_by_outcome"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.number} {self.get_state_display()}"


class SuspenseItem(models.Model):
    """Money Sina Pay says it took that we cannot place: wrong amount or unknown order (F25).

    Written by `billing.suspense`. `confirmed_at`: Sina's own list has the money, so the book has it too.
    """

    number = models.CharField(_("单号"), max_length=32, unique=True)
    amount = models.BigIntegerField(_("金额（分）"))
    reason = models.CharField(_("原因"), max_length=200)
    at = models.DateTimeField(_("时间"))
    confirmed_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    advertiser = models.ForeignKey(
        Advertiser, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("转入广告主")
    )
    placed_at = models.DateTimeField(_("转入时间"), null=True, blank=True)
    placed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办人")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("待查款项")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(advertiser=None, placed_at=None, placed_by=None)
                | Q(
                    advertiser__isnull=False,
                    placed_at__isnull=False,
                    placed_by__isnull=False,
                    confirmed_at__isnull=False,
                ),
                name="suspense_placed_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.number
