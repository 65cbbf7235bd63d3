"""Whose money is where. Integer fen everywhere; rows of the book are never edited (spec 4, architecture 1.4)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from accounts.models import Advertiser, User
from billing.querysets import PayoutQuerySet, TopUpQuerySet
from weitask.models import append_only
from weitask.money import MAX_FEN


class AccountKind(models.TextChoices):
    """Kinds of ledger account. Cash and expense are debit accounts (stored ≤ 0), all others ≥ 0 but AVAILABLE."""

    CASH = "cash", _("平台资金")
    EXPENSE = "expense", _("平台支出")
    FEE = "fee", _("服务费收入")
    SUSPENSE = "suspense", _("待查款项")
    AVAILABLE = "available", _("可用余额")
    FROZEN = "frozen", _("冻结金额")
    REFUND = "refund", _("退款锁定")
    PAYABLE = "payable", _("应付收入")
    TRANSIT = "transit", _("付款在途")


PLATFORM_KINDS = (AccountKind.CASH, AccountKind.EXPENSE, AccountKind.FEE, AccountKind.SUSPENSE)
ADVERTISER_KINDS = (AccountKind.AVAILABLE, AccountKind.FROZEN, AccountKind.REFUND)
OWNER_KINDS = (AccountKind.PAYABLE, AccountKind.TRANSIT)
DEBIT_KINDS = (AccountKind.CASH, AccountKind.EXPENSE)


class LedgerAccount(models.Model):
    """One account of the book. Only `billing.ledger` writes `balance` and `seq`."""

    kind = models.CharField(_("科目"), max_length=10, choices=AccountKind)
    advertiser = models.ForeignKey(Advertiser, models.PROTECT, null=True, blank=True, related_name="ledger_accounts")
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="ledger_accounts")
    balance = models.BigIntegerField(_("余额（分）"), default=0)
    seq = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("账本科目")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "advertiser", "owner"], nulls_distinct=False, name="ledger_account_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind__in=PLATFORM_KINDS, advertiser=None, owner=None)
                    | Q(kind__in=ADVERTISER_KINDS, advertiser__isnull=False, owner=None)
                    | Q(kind__in=OWNER_KINDS, advertiser=None, owner__isnull=False)
                ),
                name="ledger_account_party",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind__in=DEBIT_KINDS, balance__lte=0)
                    | Q(kind=AccountKind.AVAILABLE)
                    | (~Q(kind__in=[*DEBIT_KINDS, AccountKind.AVAILABLE]) & Q(balance__gte=0))
                ),
                name="ledger_account_sign",
                violation_error_message=_("金额不足"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class Reason(models.TextChoices):
    """Why money moved. (reason, reference) happens once; the reference is named behind each."""

    RECHARGE = "recharge", _("充值")  # TopUp
    SUSPENSE = "suspense", _("待查款项")  # SuspenseItem
    SUSPENSE_OUT = "suspense_out", _("待查款项转出")  # SuspenseItem
    FREEZE = "freeze", _("冻结")  # Order
    RELEASE = "release", _("解冻")  # Order
    EARN = "earn", _("订单收入")  # Order
    FEE = "fee", _("服务费")  # Order
    PAYOUT = "payout", _("结算付款")  # PayoutAttempt: payable → transit
    PAID = "paid", _("付款成功")  # PayoutAttempt: transit → cash
    UNPAID = "unpaid", _("付款失败退回")  # PayoutAttempt: transit → payable
    RETURNED = "returned", _("银行退票")  # PayoutAttempt: cash → payable
    REFUND_LOCK = "refund_lock", _("退款锁定")  # Refund
    REFUND_UNLOCK = "refund_unlock", _("退款取消")  # Refund
    REFUND_PAID = "refund_paid", _("退款付出")  # Refund
    GOODWILL = "goodwill", _("平台补偿")  # tasks.Decision
    REVERSAL = "reversal", _("冲正")  # Transfer


class Transfer(models.Model):
    """A positive amount from one account (−) to another (+). `at` is business time."""

    reason = models.CharField(_("事由"), max_length=14, choices=Reason)
    reference = models.BigIntegerField(_("单据"))
    source = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField(_("金额（分）"))
    ends = models.BigIntegerField(null=True, unique=True)  # the freeze transfer that earn or release ends (L12)
    limit_then = models.BigIntegerField(null=True)  # credit limit in force at a freeze or refund lock (L08)
    at = models.DateTimeField(_("时间"))
    xid = models.BigIntegerField(db_default=RawSQL("pg_current_xact_id()::text::bigint", []))

    class Meta:
        verbose_name = verbose_name_plural = _("账本流水")
        constraints = [
            models.UniqueConstraint(fields=["reason", "reference"], name="transfer_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=MAX_FEN), name="transfer_amount_sane"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_two_accounts"),
            models.CheckConstraint(
                condition=Q(reason__in=["earn", "release"], ends__isnull=False)
                | (~Q(reason__in=["earn", "release"]) & Q(ends=None)),
                name="transfer_ends_when_it_ends",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.reason} {self.reference}"


class Entry(models.Model):
    """One side of a transfer: signed fen, the balance after it, `seq` given under the account's lock (L03)."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="entries", db_index=False)
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="entries", db_index=False)
    amount = models.BigIntegerField(_("金额（分）"))
    balance_after = models.BigIntegerField(_("变动后余额（分）"))
    seq = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "seq"], name="entry_seq"),
            models.UniqueConstraint(fields=["transfer", "account"], name="entry_once_per_account"),
            models.CheckConstraint(condition=~Q(amount=0), name="entry_not_zero"),
        ]
        triggers = append_only()


class Hold(models.Model):
    """审核预占 (A1): money spoken for while a submission is in review; no journal line. Written by `billing.holds`."""

    submission_id = models.BigIntegerField(unique=True)
    advertiser = models.ForeignKey(Advertiser, models.PROTECT, related_name="holds")
    amount = models.BigIntegerField()  # fen still held; parts drop when selections lapse (A15)
    original = models.BigIntegerField()
    spendable_then = models.BigIntegerField()  # what was spendable when it was made (L09)
    placed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
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


class CreditLimit(models.Model):
    """信用额度 of a certified contract partner, dated; the newest row in force counts, 0 withdraws it (R124, A32)."""

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
    queries = models.SmallIntegerField(default=0)
    next_query_at = models.DateTimeField(null=True, blank=True)  # F27: 1, 5, 15, 60 min … 7 days

    objects = TopUpQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("充值单")
        ordering = ["-created_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=10**10), name="topup_amount_sane")]
        indexes = [models.Index(fields=["next_query_at"], condition=Q(state="pending"), name="topup_due")]

    def __str__(self) -> str:
        return self.number


class PaymentNotice(models.Model):
    """A verified Sina Pay notification, kept for ever: unique (kind, number, state) (F22, F26). Append-only."""

    kind = models.CharField(max_length=40)
    notify_id = models.CharField(max_length=64)
    number = models.CharField(max_length=32)
    state = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    body = models.TextField()
    outcome = models.CharField(max_length=20)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number", "state"], name="payment_notice_once")]
        triggers = append_only()


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


class BankCard(models.Model):
    """A bank card of an owner; numbers sealed, only the last four shown (R13). Written by `billing.cards`."""

    class State(models.TextChoices):
        PENDING = "pending", _("待验证")
        BOUND = "bound", _("已绑定")
        INVALID = "invalid", _("不可用")
        REPLACED = "replaced", _("已更换")

    owner = models.ForeignKey(User, models.PROTECT, related_name="bank_cards", verbose_name=_("持卡人"))
    bank_code = models.CharField(_("银行"), max_length=12)
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

    def __str__(self) -> str:
        return f"{self.bank_code} **** {self.last4}"


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
        return f"{self.cutoff:%F}"


class Payout(models.Model):
    """What one owner gets from one run; lives through many attempts (A33). Only `billing.payouts` writes `state`."""

    class State(models.TextChoices):
        PENDING = "pending", _("待付款")
        PAID = "paid", _("已付款")
        FAILED = "failed", _("支付失败")

    LIVE = (State.PENDING, State.PAID)

    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="payouts", verbose_name=_("批次"))
    owner = models.ForeignKey(User, models.PROTECT, related_name="payouts", verbose_name=_("收款人"))
    amount = models.BigIntegerField(_("金额（分）"))
    state = models.CharField(_("状态"), max_length=10, choices=State)
    problem = models.CharField(_("失败原因"), max_length=200, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)  # next try of a failed one; null: waits for a new card
    card_fixed_at = models.DateTimeField(null=True, blank=True)  # alarm at + 7 days (R128, A33)
    conflict_at = models.DateTimeField(
        _("冲突时间"), null=True, blank=True
    )  # the bank contradicts itself: frozen (F32)
    paid_at = models.DateTimeField(_("付款时间"), null=True, blank=True)

    objects = PayoutQuerySet.as_manager()

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
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.owner}"


class PayoutLine(models.Model):
    """One earned order in one payout, for ever: unique order (L17, R132). Insert-only."""

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="lines")
    order_id = models.BigIntegerField(unique=True)
    amount = models.BigIntegerField()

    class Meta:
        triggers = append_only()


class PayoutAttempt(models.Model):
    """One number at Sina Pay, committed before the call; never replaced while its fate is unknown."""

    class State(models.TextChoices):
        NEW = "new", _("待发送")
        SENT = "sent", _("处理中")
        UNKNOWN = "unknown", _("结果未知")
        SUCCESS = "success", _("成功")
        FAILED = "failed", _("失败")
        RETURNED = "returned", _("银行退票")

    OPEN = (State.NEW, State.SENT, State.UNKNOWN)

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="attempts")
    number = models.CharField(_("付款单号"), max_length=32, unique=True)
    card = models.ForeignKey(BankCard, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.NEW)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    queries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # next send (new) or query (sent, unknown)
    code = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(state__in=["new", "sent", "unknown"]),
                name="payout_one_open_attempt",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state__in=["new", "sent", "unknown"]), name="attempt_due")
        ]
