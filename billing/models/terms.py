"""What may be spent: holds of submissions in review, credit limits and the fee rate (A1, A10, A32)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Advertiser, User
from weitask.models import append_only
from weitask.money import MAX_FEN


class Hold(models.Model):
    """审核预占 (A1): money spoken for while a submission is in review; no journal line. Written by `billing.holds`."""

    submission_id = models.BigIntegerField(_("提交审核"), unique=True)
    advertiser = models.ForeignKey(Advertiser, models.PROTECT, related_name="holds", verbose_name=_("广告主"))
    amount = models.BigIntegerField()  # fen still held; parts drop when selections lapse (A15)
    original = models.BigIntegerField()
    spendable_then = models.BigIntegerField()  # what was spendable when it was made (L09)
    placed_at = models.DateTimeField(_("冻结时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("审核预占")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    amount__gte=0,
                    original__gt=0,
                    amount__lte=F("original"),
                    original__lte=F("spendable_then"),
                ),
                name="hold_within_spendable",
            ),
        ]
        indexes = [models.Index(fields=["advertiser"], condition=Q(ended_at=None), name="hold_live")]

    def __str__(self) -> str:
        return f"#{self.submission_id}"


class CreditLimit(models.Model):
    """信用额度 of a contract partner, dated; the newest row that has begun counts until it ends (R124, A32)."""

    advertiser = models.ForeignKey(Advertiser, models.PROTECT, related_name="credit_limits", verbose_name=_("广告主"))
    amount = models.BigIntegerField(_("额度（分）"))
    contract = models.CharField(_("合同号"), max_length=60)
    valid_from = models.DateTimeField(_("生效时间"))
    valid_to = models.DateTimeField(_("失效时间"), null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("经办人"))

    class Meta:
        verbose_name = verbose_name_plural = _("信用额度")
        ordering = ["-valid_from", "-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=MAX_FEN), name="credit_sane")]
        triggers = append_only()

    def __str__(self) -> str:
        return self.contract


class FeeRate(models.Model):
    """平台服务费率 in basis points from a moment on; no row means 0 % (A10)."""

    rate_bp = models.IntegerField(_("费率（万分比）"))
    valid_from = models.DateTimeField(_("生效时间"), unique=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人"))

    class Meta:
        verbose_name = verbose_name_plural = _("服务费率")
        ordering = ["-valid_from"]
        constraints = [models.CheckConstraint(condition=Q(rate_bp__gte=0, rate_bp__lte=5000), name="fee_rate_sane")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.rate_bp // 100}.{self.rate_bp % 100:02d}%"
