"""What the pages and the API show of money: all figures in fen, all read from the book."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from billing import credit, holds
from billing.models import AccountKind, Entry, LedgerAccount, Payout, SuspenseItem, TopUp


@dataclass(frozen=True)
class Wallet:
    """An advertiser's money in fen (R120, R121, A1, A32).

    Attributes:
        balance: 余额 = available + frozen, literally.
        available: 可用余额, never below zero; what is used of the credit stands in `credit_used`.
        frozen: 冻结金额, net + fee of live orders.
        held: 审核预占 of submissions in review.
        credit_limit: 信用额度 in force now.
        credit_used: 已用信用, a separate debt.
        spendable: 可支配 = 可用 − 预占 + unused credit; below zero after a cut of the limit.
        recharged_total: 累计充值 (R8, A30).
    """

    balance: int
    available: int
    frozen: int
    held: int
    credit_limit: int
    credit_used: int
    spendable: int
    recharged_total: int


@dataclass(frozen=True)
class Earnings:
    """An owner's money in fen: owed, on its way to the bank, paid, and all of it together."""

    payable: int
    transit: int
    paid_total: int
    earned_total: int


def wallet(*, advertiser_id: int, now: datetime) -> Wallet:
    """The figures of an advertiser at `now`; consistent when read in one snapshot, display only otherwise."""
    book = _balances(advertiser_id=advertiser_id)
    account, frozen = book.get(AccountKind.AVAILABLE, 0), book.get(AccountKind.FROZEN, 0)
    available = max(0, account)
    held = holds.held(advertiser_id=advertiser_id)
    limit = credit.limit_at(advertiser_id=advertiser_id, at=now)
    return Wallet(
        balance=available + frozen,
        available=available,
        frozen=frozen,
        held=held,
        credit_limit=limit,
        credit_used=max(0, -account),
        spendable=account - held + limit,
        recharged_total=recharged_total(advertiser_id=advertiser_id),
    )


def recharged_total(*, advertiser_id: int) -> int:
    """累计充值 in fen: successful recharges and money found for the advertiser; credit does not count (A30)."""
    topups = TopUp.objects.filter(advertiser_id=advertiser_id, state=TopUp.State.SUCCESS)
    placed = SuspenseItem.objects.filter(advertiser_id=advertiser_id)
    return sum(rows.aggregate(total=Sum("amount"))["total"] or 0 for rows in (topups, placed))


def earnings(*, owner_id: int) -> Earnings:
    """The figures of an owner."""
    book = _balances(owner_id=owner_id)
    payable, transit = book.get(AccountKind.PAYABLE, 0), book.get(AccountKind.TRANSIT, 0)
    paid = Payout.objects.filter(owner_id=owner_id, state=Payout.State.PAID).aggregate(total=Sum("amount"))["total"]
    return Earnings(payable, transit, paid or 0, payable + transit + (paid or 0))


def statement(*, advertiser_id: int | None = None, owner_id: int | None = None) -> QuerySet[Entry]:
    """Ledger lines of one party, newest first, with their transfer (reason, time) and account (kind) loaded."""
    party = {"account__advertiser_id": advertiser_id} if advertiser_id else {"account__owner_id": owner_id}
    return Entry.objects.filter(**party).select_related("transfer", "account").order_by("-pk")


def _balances(**party: int) -> dict[str, int]:
    return dict(LedgerAccount.objects.filter(**party).values_list("kind", "balance"))
