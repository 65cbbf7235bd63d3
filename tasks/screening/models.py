"""The rule book: rules as they are being edited, and every version as it was published (R42-R47, R49).

None of these rows points at a person: they are reference data that come with the software and outlive logins.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from weitask.models import append_only


class RuleCategory(models.Model):
    """Why a rule exists, in the words a finding carries. `four_eyes`: approving such a finding takes two reviewers."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    note = models.CharField(_("依据"), max_length=200, blank=True)
    four_eyes = models.BooleanField(_("需两人审核"), default=False)
    position = models.IntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("规则类别")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """One rule of the draft. Nothing is screened with it before the rule book is published.

    `plain` is `text` as the machine reads it, which is what is compared. Examples stand one a line.
    """

    class Kind(models.TextChoices):
        WORD = "word", _("词汇")
        PATTERN = "pattern", _("句式")
        INNOCENT = "innocent", _("例外短语")
        DOMAIN = "domain", _("监测域名")
        PARAMETER = "parameter", _("监测参数")
        SHORTENER = "shortener", _("短链接域名")

    class Action(models.TextChoices):
        BLOCK = "block", _("禁止提交")
        FLAG = "flag", _("提示审核员")

    kind = models.CharField(_("类型"), max_length=10, choices=Kind)
    category = models.ForeignKey(
        RuleCategory, models.PROTECT, null=True, blank=True, related_name="rules", verbose_name=_("规则类别")
    )
    action = models.CharField(_("处理"), max_length=10, choices=Action, default=Action.FLAG)
    text = models.CharField(_("内容"), max_length=200)
    plain = models.CharField(_("规范形式"), max_length=400, editable=False)
    title = models.CharField(_("名称"), max_length=60, blank=True, help_text=_("审核员看到的规则名，留空则显示内容"))
    positive = models.TextField(_("命中示例"), help_text=_("每行一条；保存时逐条检查，必须命中"))
    negative = models.TextField(_("不命中示例"), help_text=_("每行一条；保存时逐条检查，必须不命中"))
    note = models.CharField(_("备注"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("审核规则")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "plain"], name="rule_once", violation_error_message=_("已有规范形式相同的规则")
            ),
            models.CheckConstraint(
                condition=Q(kind="innocent", category=None) | (~Q(kind="innocent") & Q(category__isnull=False)),
                name="rule_has_category",
                violation_error_message=_("例外短语没有类别，其它规则必须选择类别"),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.text


class RuleSet(models.Model):
    """One published version, for ever as it was: submissions and decisions name it (R49).

    `data`: `{"four_eyes": [category, …], "rules": [{kind, text, title, category, action}, …]}`.
    """

    number = models.IntegerField(_("序号"), unique=True)
    version = models.CharField(_("版本"), max_length=20, unique=True)
    data = models.JSONField(_("规则内容"))
    note = models.CharField(_("发布说明"), max_length=200)
    published_by = models.CharField(_("发布人"), max_length=150, blank=True)  # username then; blank: with the software
    published_at = models.DateTimeField(_("发布时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("规则版本")
        ordering = ["-number"]
        triggers = append_only()

    def __str__(self) -> str:
        return self.version
