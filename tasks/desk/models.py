"""Rows of the review desk. A claim is a courtesy with an end; a first approval is a fact for ever."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from weitask.models import append_only


class Claim(models.Model):
    """Who reads a submission now. It keeps nobody from deciding; after `until` it means nothing."""

    submission = models.OneToOneField("tasks.Submission", models.CASCADE, related_name="claim")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField()


class FirstApproval(models.Model):
    """The first of two reviewers said yes to a risky submission; the second one's yes is the decision (R49)."""

    submission = models.OneToOneField("tasks.Submission", models.PROTECT, related_name="first_approval")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("审核人"))
    at = models.DateTimeField(_("时间"))
    why = models.CharField(_("需两人审核的原因"), max_length=300)
    rule_version = models.CharField(_("规则版本"), max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = _("初审记录")
        triggers = append_only()


class ReasonTemplate(models.Model):
    """A common reason for a rejection, in the words the advertiser will read (R41)."""

    text = models.CharField(_("理由"), max_length=200, unique=True)
    position = models.IntegerField(_("次序"), default=0)
    active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("驳回理由模板")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text
