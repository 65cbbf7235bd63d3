"""The money of a task from submission to its end: hold, freeze, then earned or released, order by order (A1, A12, A13).

A hold (审核预占) is no journal line: it only makes less spendable. Approval ends it and freezes each order's net + fee
(冻结金额); each frozen amount ends once, because `ends` of the transfer that ends it is unique (L12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from billing import credit, ledger
from billing.models import AccountKind, Hold, Reason
from weitask import arrays, bulk, money
from weitask.refusal import Refusal

# The advertiser first: the accounts' rows are locked above the join that has locked the party below.
_LOCK: Final = """
WITH party AS (SELECT id FROM accounts_advertiser WHERE id = %s FOR NO KEY UPDATE)
SELECT account.kind, account.id, account.balance
FROM party JOIN billing_ledgeraccount account ON account.advertiser_id = party.id
WHERE account.kind IN ('available', 'frozen')
ORDER BY account.id FOR NO KEY UPDATE OF account
"""
_KINDS: Final = (AccountKind.AVAILABLE, AccountKind.FROZEN)
# What a live hold is, for every statement that asks.
HELD: Final = "(SELECT sum(amount) FROM billing_hold WHERE advertiser_id = %(advertiser)s AND ended_at IS NULL)"
_BOUND: Final = f"SELECT coalesce({HELD}, 0), coalesce({credit.LIMIT}, 0)"
_FROZEN: Final = """
SELECT reference, id, source_id, target_id, amount FROM billing_transfer
WHERE reason = 'freeze' AND reference = ANY(%s::bigint[])
"""


class NotEnough(Refusal):
    """可支配余额 does not suffice; `missing_fen` more are needed."""

    def __init__(self, missing_fen: int) -> None:
        self.missing_fen = missing_fen
        message = _("可支配余额不足，还差 %(missing)s 元") % {"missing": money.display(missing_fen)}
        super().__init__("not_enough_money", message)


class HoldGone(Exception):
    """The submission has no live hold, or less is held than shall be dropped."""


class NotFrozen(Exception):
    """An order was never frozen, or with another amount than is to be earned."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one order freezes: net + fee, fen."""

    order_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Earning:
    """What an 已达成 order pays: `net` to its owner, `fee` to the platform, fen; together the frozen amount."""

    order_id: int
    owner_id: int
    net: int
    fee: int


@dataclass(frozen=True, slots=True)
class _Locked:
    """A ledger account that is locked, with its balance in fen."""

    id: int
    balance: int


class _Freeze(NamedTuple):
    """A freeze as the book has it."""

    transfer: int
    available: int
    frozen: int
    amount: int


def held(*, advertiser_id: int) -> int:
    """Fen held for all submissions in review of an advertiser."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce({HELD}, 0)", {"advertiser": advertiser_id})
        return int(cursor.fetchone()[0])


def place(*, submission_id: int, advertiser_id: int, amount: int, now: datetime) -> None:
    """Hold `amount` fen for a submission, if that much is spendable (可用 − 预占 + unused credit).

    Raises:
        NotEnough: less is spendable.
    """
    with transaction.atomic():
        available = _locked(advertiser_id)[AccountKind.AVAILABLE].balance
        spendable, _limit = _spendable(advertiser_id, available=available, now=now)
        if amount > spendable:
            raise NotEnough(amount - spendable)
        hold = Hold(
            submission_id=submission_id,
            advertiser_id=advertiser_id,
            amount=amount,
            original=amount,
            spendable_then=spendable,
            placed_at=now,
        )
        bulk.insert([hold])


def drop_part(*, submission_id: int, amount: int, now: datetime) -> None:
    """Hold `amount` fen less: selections lapsed in review (A15). `now` only says when, nothing depends on it.

    Raises:
        HoldGone: there is no live hold of at least that much.
    """
    live = Hold.objects.filter(submission_id=submission_id, ended_at=None, amount__gte=amount)
    if live.update(amount=F("amount") - amount) != 1:
        raise HoldGone(f"submission {submission_id} does not hold {amount} fen at {now}")


def end(*, submission_id: int, now: datetime) -> None:
    """End the hold of a decided submission.

    Raises:
        HoldGone: it has none, or it ended before.
    """
    if Hold.objects.filter(submission_id=submission_id, ended_at=None).update(ended_at=now) != 1:
        raise HoldGone(f"submission {submission_id} holds nothing")


def freeze(*, advertiser_id: int, charges: Sequence[Charge], now: datetime) -> None:
    """Freeze the amounts of orders; the advertiser may go down to −信用额度, less what other submissions hold.

    Raises:
        NotEnough: less is spendable; nothing was frozen (F37, F40).
        ledger.Duplicate: one of the orders was frozen before (L11).
    """
    with transaction.atomic():
        accounts = _locked(advertiser_id)
        available = accounts[AccountKind.AVAILABLE].balance
        spendable, limit = _spendable(advertiser_id, available=available, now=now)
        total = sum(charge.amount for charge in charges)
        if total > spendable:
            raise NotEnough(total - spendable)
        source, target = accounts[AccountKind.AVAILABLE].id, accounts[AccountKind.FROZEN].id
        ledger.post(
            [
                ledger.NewTransfer(Reason.FREEZE, charge.order_id, source, target, charge.amount, limit_then=limit)
                for charge in charges
            ],
            at=now,
        )


def release(*, order_ids: Sequence[int], now: datetime) -> None:
    """Give the frozen amounts of uncharged orders back to 可用余额, order by order, at once (A13, R67).

    Raises:
        NotFrozen: one of the orders was never frozen.
        ledger.Duplicate: one was earned or released before.
    """
    with transaction.atomic():
        freezes = _freezes(order_ids)
        ledger.post(
            [
                ledger.NewTransfer(Reason.RELEASE, order_id, was.frozen, was.available, was.amount, ends=was.transfer)
                for order_id, was in ((order_id, freezes[order_id]) for order_id in order_ids)
            ],
            at=now,
        )


def earn(*, earnings: Sequence[Earning], now: datetime) -> None:
    """Charge 已达成 orders: frozen → the owner's payable (net) and the platform's income (fee) (A12, spec 4).

    Raises:
        NotFrozen: an order was never frozen, or net + fee is not what was.
        ledger.Duplicate: one was earned or released before.
    """
    with transaction.atomic():
        freezes = _freezes([one.order_id for one in earnings])
        payable = ledger.account_ids(kind=AccountKind.PAYABLE, owner_ids={one.owner_id for one in earnings})
        income = ledger.platform(AccountKind.FEE)
        transfers = []
        for one in earnings:
            was = freezes[one.order_id]
            if one.net + one.fee != was.amount:
                raise NotFrozen(f"order {one.order_id}: {was.amount} fen are frozen, not {one.net} + {one.fee}")
            transfers.append(
                ledger.NewTransfer(
                    Reason.EARN, one.order_id, was.frozen, payable[one.owner_id], one.net, ends=was.transfer
                )
            )
            if one.fee:
                transfers.append(ledger.NewTransfer(Reason.FEE, one.order_id, was.frozen, income, one.fee))
        ledger.post(transfers, at=now)


def _spendable(advertiser_id: int, *, available: int, now: datetime) -> tuple[int, int]:
    """可用 − 预占 + credit limit, and the limit, in fen; under the advertiser's lock."""
    with connection.cursor() as cursor:
        cursor.execute(_BOUND, {"advertiser": advertiser_id, "at": now})
        bound, limit = cursor.fetchone()
    return int(available - bound + limit), int(limit)


def _locked(advertiser_id: int) -> dict[str, _Locked]:
    """Lock the advertiser, then 可用 and 冻结, by kind. No two decisions about one's money overlap (F38)."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [advertiser_id])
        found = {kind: _Locked(*row) for kind, *row in cursor.fetchall()}
        if len(found) < len(_KINDS):  # an advertiser's first money, or accounts made while we waited for the lock
            for kind in _KINDS:
                ledger.account_ids(kind=kind, advertiser_ids=[advertiser_id])
            cursor.execute(_LOCK, [advertiser_id])
            found = {kind: _Locked(*row) for kind, *row in cursor.fetchall()}
    return found


def _freezes(order_ids: Sequence[int]) -> dict[int, _Freeze]:
    with connection.cursor() as cursor:
        cursor.execute(_FROZEN, [arrays.literal(order_ids)])
        found = {order_id: _Freeze._make(freeze) for order_id, *freeze in cursor.fetchall()}
    if missing := [order_id for order_id in order_ids if order_id not in found]:
        raise NotFrozen(f"orders {missing[:5]} were never frozen")
    return found
