"""Short words for tests that speak of money."""

import itertools
import re
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Advertiser, User
from billing import holds, ledger
from billing.models import AccountKind, LedgerAccount, Reason, TopUp
from tests.moments import MONDAY

_numbers = itertools.count(1_000_000)


def recharge(advertiser: Advertiser, amount: int, *, at: datetime = MONDAY) -> int:
    """A top-up that was paid, without Sina Pay; the transfer id."""
    topup = TopUp.objects.create(
        advertiser=advertiser, number=f"RC{next(_numbers)}", amount=amount, state="success", created_at=at, ended_at=at
    )
    available = ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=[advertiser.pk])[advertiser.pk]
    transfer = ledger.NewTransfer(Reason.RECHARGE, topup.pk, ledger.platform(AccountKind.CASH), available, amount)
    return ledger.post([transfer], at=at)[0]


def balance(kind: AccountKind, *, advertiser: Advertiser | None = None, owner: User | None = None) -> int:
    """Stored balance of one account; 0 when it does not exist."""
    found = LedgerAccount.objects.filter(kind=kind, advertiser=advertiser, owner=owner)
    return found.values_list("balance", flat=True).first() or 0


def earn(advertiser: Advertiser, owner: User, amounts: dict[int, int], *, at: datetime = MONDAY) -> None:
    """Pay for, freeze and earn orders `{order id: net fen}` without fee."""
    recharge(advertiser, sum(amounts.values()), at=at)
    charges = [holds.Charge(order_id, amount) for order_id, amount in amounts.items()]
    holds.freeze(advertiser_id=advertiser.pk, charges=charges, now=at)
    earnings = [holds.Earning(order_id, owner.pk, amount, 0) for order_id, amount in amounts.items()]
    holds.earn(earnings=earnings, now=at)


def overwrite(rows: QuerySet, **values: object) -> None:
    """Write what the database refuses to everybody else, to see what the product makes of it."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        rows.update(**values)
        cursor.execute("SET session_replication_role = origin")


def without_locks(statement: str) -> str:
    """The same statement, locking nothing: for negative controls."""
    bare = re.sub(r"FOR NO KEY UPDATE(?: OF \w+)?", "", statement)
    assert bare != statement
    return bare
