"""What a choice of accounts costs and whom it reaches (A10, R31, R127)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import MediaAccount
from accounts.queries import price_of
from billing import credit
from weitask import money


@dataclass(frozen=True, slots=True)
class Row:
    """One chosen account at its price of now, in fen. `price` is None when it has none for the form (R11)."""

    account_id: int
    price: int | None
    fee: int
    followers: int
    rating: int


@dataclass(frozen=True, slots=True)
class Quote:
    """All rows in the order asked, and their sums in fen; rows without a price cost nothing yet."""

    rows: tuple[Row, ...]
    net: int
    fee: int
    coverage: int  # 覆盖人数: the sum, an account chosen twice counts twice (A38)

    @property
    def total(self) -> int:
        return self.net + self.fee


def quote(
    *, form: str, account_ids: Sequence[int], now: datetime, among: "QuerySet[MediaAccount] | None" = None
) -> Quote:
    """Price these accounts at `now`; an id given twice is two rows. Unknown ids are rows without a price.

    `among`: only these are known; a page must not price what its reader may not see (R5).
    """
    known = MediaAccount.objects.all() if among is None else among
    accounts = known.in_bulk(set(account_ids))
    return priced(form=form, account_ids=account_ids, accounts=accounts, rate_bp=credit.fee_rate_at(at=now))


def priced(*, form: str, account_ids: Sequence[int], accounts: Mapping[int, MediaAccount], rate_bp: int) -> Quote:
    """The same for accounts that are read already, at a fee rate in basis points."""
    rows = tuple(_row(pk, accounts.get(pk), form=form, rate_bp=rate_bp) for pk in account_ids)
    return Quote(
        rows=rows,
        net=sum(row.price or 0 for row in rows),
        fee=sum(row.fee for row in rows),
        coverage=sum(row.followers for row in rows),
    )


def _row(account_id: int, account: MediaAccount | None, *, form: str, rate_bp: int) -> Row:
    if account is None:
        return Row(account_id, None, 0, 0, 0)
    price = price_of(account, form)
    return Row(account_id, price, money.share(price or 0, rate_bp), account.followers, account.rating)
