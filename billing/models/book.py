"""The book: accounts, transfers, entries. Rows are never edited (spec 4, architecture 1.4)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from accounts.models import Advertiser, User
from weitask.models import append_only, no_truncate, refuse_after_insert, spoken
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
    advertiser = models.ForeignKey(
        Advertiser, models.PROTECT, null=True, blank=True, related_name="ledger_accounts", verbose_name=_("广告主")
    )
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="ledger_accounts", verbose_name=_("帐号主")
    )
    balance = models.BigIntegerField(_("余额（分）"), default=0)
    seq = models.BigIntegerField(_("明细数"), default=0)

    get_kind_display = spoken("kind", AccountKind)

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
        triggers = [
            # What transfers and entries name stays there (see Transfer).
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="fixed_id", operation=pgtrigger.UpdateOf("id")),
            no_truncate(),
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


OF_ORDERS = (Reason.FREEZE, Reason.RELEASE, Reason.EARN, Reason.FEE)  # their reference is an order
# What can stand in a statement: a transfer between other accounts never does.
ON_ADVERTISERS = (
    *(Reason.RECHARGE, Reason.SUSPENSE_OUT, *OF_ORDERS),
    *(Reason.REFUND_LOCK, Reason.REFUND_UNLOCK, Reason.REFUND_PAID, Reason.GOODWILL, Reason.REVERSAL),
)
ON_OWNERS = (Reason.EARN, Reason.PAYOUT, Reason.PAID, Reason.UNPAID, Reason.RETURNED, Reason.REVERSAL)


class Transfer(models.Model):
    """A positive amount from one account (−) to another (+). `at` is business time.

    The triggers of transfers and entries stand in for the foreign keys between them and to the accounts, which say less
    and are checked row by row: the four keys took as long as everything else in a batch (docs/performance.md).
    """

    reason = models.CharField(_("事由"), max_length=14, choices=Reason)
    reference = models.BigIntegerField(_("单据"))
    source = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="+", db_index=False, db_constraint=False, verbose_name=_("转出")
    )
    target = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="+", db_index=False, db_constraint=False, verbose_name=_("转入")
    )
    amount = models.BigIntegerField(_("金额（分）"))
    ends = models.BigIntegerField(null=True)  # the freeze transfer that earn or release ends (L12)
    limit_then = models.BigIntegerField(
        _("当时额度（分）"), null=True
    )  # credit limit in force at a freeze or refund lock (L08)
    at = models.DateTimeField(_("时间"))
    xid = models.BigIntegerField(db_default=RawSQL("pg_current_xact_id()::text::bigint", []))

    get_reason_display = spoken("reason", Reason)

    class Meta:
        verbose_name = verbose_name_plural = _("账本流水")
        constraints = [
            models.UniqueConstraint(fields=["reason", "reference"], name="transfer_once"),
            models.UniqueConstraint(fields=["ends"], condition=Q(ends__isnull=False), name="transfer_ends_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=MAX_FEN), name="transfer_amount_sane"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_two_accounts"),
            models.CheckConstraint(
                condition=Q(reason__in=["earn", "release"], ends__isnull=False)
                | (~Q(reason__in=["earn", "release"]) & Q(ends=None)),
                name="transfer_ends_when_it_ends",
            ),
        ]
        # A statement of one reason finds the few lines among all those of orders, which pay nothing for it.
        indexes = [
            models.Index(fields=[side, "reason"], condition=~Q(reason__in=OF_ORDERS), name=f"transfer_few_{side}")
            for side in ("source", "target")
        ]
        triggers = [
            *append_only(),
            refuse_after_insert(
                name="two_entries",  # L01
                wrong=(  # that each is one of its sides is asked at the entry; a side has one (entry_once_per_account)
                    "SELECT made.id FROM made"
                    " WHERE 2 <> (SELECT count(*) FROM billing_entry AS e WHERE e.transfer_id = made.id) LIMIT 1"
                ),
                why="transfer % was not written with its two entries",
                plan_is_kept=True,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.reference}"

    @property
    def of_order(self) -> bool:
        """Whether `reference` is the number of an order, so that a statement can lead there."""
        return self.reason in OF_ORDERS


class Entry(models.Model):
    """One side of a transfer: signed fen, the balance after it, `seq` given under the account's lock (L03)."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="entries", db_index=False, db_constraint=False)
    account = models.ForeignKey(
        LedgerAccount,
        models.PROTECT,
        related_name="entries",
        db_index=False,
        db_constraint=False,
        verbose_name=_("科目"),
    )
    amount = models.BigIntegerField(_("金额（分）"))
    balance_after = models.BigIntegerField(_("变动后余额（分）"))
    seq = models.BigIntegerField(_("序号"))

    class Meta:
        verbose_name = verbose_name_plural = _("账目明细")
        constraints = [
            models.UniqueConstraint(fields=["account", "seq"], name="entry_seq"),
            models.UniqueConstraint(fields=["transfer", "account"], name="entry_once_per_account"),
            models.CheckConstraint(condition=~Q(amount=0), name="entry_not_zero"),
        ]
        triggers = [
            *append_only(),
            refuse_after_insert(
                name="one_of_two",  # L01
                wrong=(
                    "SELECT made.transfer_id FROM made WHERE ("
                    "SELECT made.amount = CASE made.account_id"
                    " WHEN t.source_id THEN -t.amount WHEN t.target_id THEN t.amount END"
                    " FROM billing_transfer AS t JOIN billing_ledgeraccount AS a ON a.id = made.account_id"
                    " WHERE t.id = made.transfer_id) IS NOT TRUE LIMIT 1"
                ),
                why="an entry of transfer % is none of its two, or its account is not there",
                plan_is_kept=True,
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.account_id}-{self.seq}"
