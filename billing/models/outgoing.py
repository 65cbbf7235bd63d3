"""Money that goes out to owners: cards, Friday's runs, payouts, their lines and attempts (R13, R126, A33)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.banks import Bank
from billing.querysets import PayoutQuerySet
from weitask.models import append_only, no_truncate, refuse_after_insert, spoken
from weitask.periods import shanghai


class BankCard(models.Model):
    """A bank card of an owner; numbers sealed, only the last four shown (R13). Written by `billing.cards`."""

    class State(models.TextChoices):
        PENDING = "pending", _("待验证")
        BOUND = "bound", _("已绑定")
        INVALID = "invalid", _("不可用")
        REPLACED = "replaced", _("已更换")

    owner = models.ForeignKey(User, models.PROTECT, related_name="bank_cards", verbose_name=_("持卡人"))
    bank_code = models.CharField(_("银行"), max_length=12, choices=Bank)
    last4 = models.CharField(_("尾号"), max_length=4)
    number = models.TextField()  # vault.seal()
    holder = models.TextField()  # vault.seal()
    number_hash = models.CharField(max_length=64)  # keyed hash, for duplicates
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PENDING)
    ticket = models.CharField(max_length=64, blank=True)
    card_id = models.CharField(max_length=64, blank=True)  # Sina's id, after the SMS code
    created_at = models.DateTimeField(_("提交时间"))
    bound_at = models.DateTimeField(_("绑定时间"), null=True, blank=True)
    problem = models.CharField(_("问题"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("银行卡")
        constraints = [
            models.UniqueConstraint(fields=["owner"], condition=Q(state="bound"), name="card_one_bound_per_owner"),
            models.CheckConstraint(
                condition=~Q(state="bound") | (Q(bound_at__isnull=False) & ~Q(card_id="")),
                name="card_bound_has_id",
            ),
        ]
        indexes = [models.Index(fields=["bank_code", "-id"], name="card_by_bank")]
        triggers = [
            # What an attempt names stays there, with its owner (see PayoutAttempt).
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="fixed_owner", operation=pgtrigger.UpdateOf("id", "owner_id")),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.get_bank_code_display()} **** {self.last4}"


class PayoutRun(models.Model):
    """The Friday batch: one per cut-off (R126, L20)."""

    cutoff = models.DateTimeField(_("截止时间"), unique=True)
    made_at = models.DateTimeField(_("生成时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)  # every chunk is in
    orders = models.IntegerField(_("订单数"), default=0)
    amount = models.BigIntegerField(_("金额（分）"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("结算批次")
        ordering = ["-cutoff"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    RawSQL(
                        "extract(isodow from cutoff at time zone 'Asia/Shanghai') = 5"
                        " and (cutoff at time zone 'Asia/Shanghai')::time = '00:00'",
                        [],
                        models.BooleanField(),
                    )
                ),
                name="run_on_friday_midnight",
            ),
        ]

    def __str__(self) -> str:
        return f"{shanghai(self.cutoff):%F}"


class Payout(models.Model):
    """What one owner gets from one run; lives through many attempts (A33). Only `billing.payouts` writes `state`."""

    class State(models.TextChoices):
        PENDING = "pending", _("待付款")
        PAID = "paid", _("已付款")
        FAILED = "failed", _("支付失败")

    LIVE = (State.PENDING, State.PAID)

    run = models.ForeignKey(
        PayoutRun, models.PROTECT, related_name="payouts", db_index=False, verbose_name=_("批次")
    )  # `payout_once_per_run` begins with it
    owner = models.ForeignKey(User, models.PROTECT, related_name="payouts", verbose_name=_("收款人"))
    amount = models.BigIntegerField(_("金额（分）"))
    state = models.CharField(_("状态"), max_length=10, choices=State)
    problem = models.CharField(_("失败原因"), max_length=200, blank=True)
    retry_at = models.DateTimeField(
        _("下次付款"), null=True, blank=True
    )  # next try of a failed one; null: waits for a new card
    card_fixed_at = models.DateTimeField(_("银行卡修正时间"), null=True, blank=True)  # alarm at + 7 days (R128, A33)
    conflict_at = models.DateTimeField(
        _("冲突时间"), null=True, blank=True
    )  # the bank contradicts itself: frozen (F32)
    paid_at = models.DateTimeField(_("付款时间"), null=True, blank=True)

    objects = PayoutQuerySet.as_manager()

    get_state_display = spoken("state", State)

    class Meta:
        verbose_name = verbose_name_plural = _("付款单")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "owner"], name="payout_once_per_run"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_positive"),
            models.CheckConstraint(condition=~Q(state="paid") | Q(paid_at__isnull=False), name="payout_paid_when"),
        ]
        indexes = [models.Index(fields=["retry_at"], condition=Q(state="failed"), name="payout_retry_due")]
        triggers = [
            pgtrigger.Trigger(
                name="legal_moves",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Condition(
                    "OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN"
                    " ('pending>paid', 'pending>failed', 'paid>failed', 'failed>pending')"
                ),
                func="RAISE EXCEPTION 'illegal payout move % -> %', OLD.state, NEW.state;",
            ),
            # What a line names stays there, as it was when its lines were written (see PayoutLine).
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="fixed", fields=["id", "run", "owner", "amount"]),
            no_truncate(),
            refuse_after_insert(
                name="has_lines",
                wrong=(
                    "SELECT made.id FROM made"
                    " WHERE NOT EXISTS (SELECT FROM billing_payoutline AS l WHERE l.payout_id = made.id) LIMIT 1"
                ),
                why="payout % was written without its lines",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.owner}"


class PayoutLine(models.Model):
    """One earned order in one payout, for ever: the order is the key (L17, R132). Insert-only.

    Its trigger stands in for a foreign key and says more: the lines of a payout come in the statement that makes it,
    and are together what it pays (L18); since each is positive, none comes later. A key is checked row by row, which
    took longer than writing the lines.
    """

    order_id = models.BigIntegerField(_("订单"), primary_key=True)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="lines", db_constraint=False)
    amount = models.BigIntegerField(_("金额（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("付款明细")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payout_line_positive")]
        triggers = [
            *append_only(),
            refuse_after_insert(
                name="sum_to_the_payout",
                wrong=(
                    "SELECT paid.payout_id FROM (SELECT DISTINCT payout_id FROM made) AS paid WHERE ("
                    "SELECT p.amount = (SELECT sum(l.amount) FROM billing_payoutline AS l WHERE l.payout_id = p.id)"
                    " FROM billing_payout AS p WHERE p.id = paid.payout_id"
                    ") IS NOT TRUE LIMIT 1"
                ),
                why="the lines of payout % are not what it pays",
            ),
        ]


class PayoutAttempt(models.Model):
    """One number at Sina Pay, committed before the call; never replaced while its fate is unknown.

    Its triggers stand in for two foreign keys and say more: an attempt pays what its payout is worth, to a card of the
    payout's own owner, and never becomes an attempt at anything else (L18, R13).
    """

    class State(models.TextChoices):
        NEW = "new", _("待发送")
        SENT = "sent", _("处理中")
        UNKNOWN = "unknown", _("结果未知")
        SUCCESS = "success", _("成功")
        FAILED = "failed", _("失败")
        RETURNED = "returned", _("银行退票")

    OPEN = (State.NEW, State.SENT, State.UNKNOWN)

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="attempts", db_constraint=False)
    number = models.CharField(_("付款单号"), max_length=32)
    card = models.ForeignKey(BankCard, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    amount = models.BigIntegerField(_("金额（分）"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.NEW)
    made_at = models.DateTimeField(_("生成时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    ended_at = models.DateTimeField(_("完成时间"), null=True)
    queries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # next send (new) or query (sent, unknown)
    code = models.CharField(_("返回码"), max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("付款尝试")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(state__in=["new", "sent", "unknown"]),
                name="payout_one_open_attempt",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state__in=["new", "sent", "unknown"]), name="attempt_due")
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="fixed", fields=["id", "payout", "number", "card", "amount"]),
            no_truncate(),
            refuse_after_insert(
                name="pays_its_owner",
                wrong=(
                    "SELECT made.payout_id FROM made WHERE ("
                    "SELECT made.amount = p.amount AND c.owner_id = p.owner_id"
                    " FROM billing_payout AS p, billing_bankcard AS c"
                    " WHERE p.id = made.payout_id AND c.id = made.card_id"
                    ") IS NOT TRUE LIMIT 1"
                ),
                why="an attempt of payout % is not for its amount and its owner",
            ),
        ]
