"""Rows of the account desk: what was decided, and what waits for a second pair of eyes."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from weitask.models import append_only, no_truncate


class AccountDecision(models.Model):
    """Who decided what about a 自媒体帐号, when and why: append-only."""

    class Subject(models.TextChoices):
        AUTHORISATION = "authorisation", _("授权审核")
        TAKING = "taking", _("接单申请")
        WARNING = "warning", _("警告")
        SUSPENSION = "suspension", _("暂停交易")
        RESUMPTION = "resumption", _("恢复交易")
        LISTED = "listed", _("列为特定帐号")
        UNLISTED = "unlisted", _("移出特定帐号")

    account = models.ForeignKey(
        "accounts.MediaAccount", models.PROTECT, related_name="decisions", verbose_name=_("帐号")
    )
    subject = models.CharField(_("事项"), max_length=20, choices=Subject)
    approved = models.BooleanField(_("通过"))
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    by = models.ForeignKey(  # null: a date came
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("审核人")
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("帐号审核记录")
        ordering = ["-at", "-id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.account} {self.get_subject_display()}"

    @property
    def is_answer(self) -> bool:
        """Whether it answers something the owner asked for, with yes or no."""
        return self.subject in (self.Subject.AUTHORISATION, self.Subject.TAKING)


class SuspensionProposal(models.Model):
    """One reviewer would suspend an account, another says yes or no (A41). Written by `accounts.suspensions`."""

    account = models.ForeignKey(
        "accounts.MediaAccount", models.PROTECT, related_name="suspension_proposals", verbose_name=_("帐号")
    )
    reason = models.CharField(_("理由"), max_length=300)
    until = models.DateTimeField(_("暂停至"), null=True, blank=True)  # null: until further notice
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提议人"))
    at = models.DateTimeField(_("提议时间"))
    confirmed = models.BooleanField(_("已确认"), null=True, blank=True)  # null: open; false: withdrawn
    answer = models.CharField(_("撤回理由"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处理人")
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("暂停提议")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(confirmed=None), name="suspension_one_open"),
            models.CheckConstraint(
                condition=Q(confirmed=None, decided_by=None, decided_at=None)
                | Q(confirmed__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="suspension_decided_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed=True) | ~Q(decided_by=F("by")), name="suspension_by_two_people"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_for_ever",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__confirmed__isnull=False),
            ),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            no_truncate(),
        ]
