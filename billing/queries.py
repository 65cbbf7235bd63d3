"""What the pages and the API show of money: all figures in fen, all read from the book."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from billing import credit, holds
from billing.models import OF_ORDERS, ON_ADVERTISERS, ON_OWNERS, AccountKind, Entry, Reason
from weitask.periods import midnight
from weitask.questions import Rows, among
from weitask.refusal import Refusal

_MONEY: Final = f"""
SELECT coalesce((SELECT balance FROM billing_ledgeraccount
                 WHERE advertiser_id = %(advertiser)s AND kind = 'available'), 0),
       coalesce((SELECT balance FROM billing_ledgeraccount
                 WHERE advertiser_id = %(advertiser)s AND kind = 'frozen'), 0),
       coalesce({holds.HELD}, 0)::bigint,
       (SELECT coalesce(sum(amount), 0)::bigint FROM billing_topup
        WHERE advertiser_id = %(advertiser)s AND state = 'success')
       + (SELECT coalesce(sum(amount), 0)::bigint FROM billing_suspenseitem WHERE advertiser_id = %(advertiser)s)
"""  # noqa: S608 [our own words]
_EARNINGS: Final = """
SELECT coalesce((SELECT balance FROM billing_ledgeraccount WHERE owner_id = %(owner)s AND kind = 'payable'), 0),
       coalesce((SELECT balance FROM billing_ledgeraccount WHERE owner_id = %(owner)s AND kind = 'transit'), 0),
       (SELECT coalesce(sum(amount), 0)::bigint FROM billing_payout WHERE owner_id = %(owner)s AND state = 'paid')
"""


_ENTRIES: Final = {
    key: Rows(
        lambda ids, key=key: Entry.objects.filter(among("pk", ids)).select_related("transfer", "account").order_by(key),
        ["ids"],
    )
    for key in ("pk", "-pk")
}


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
    account, frozen, held, recharged = _money(advertiser_id)
    available = max(0, account)
    limit = credit.limit_at(advertiser_id=advertiser_id, at=now)
    return Wallet(
        balance=available + frozen,
        available=available,
        frozen=frozen,
        held=held,
        credit_limit=limit,
        credit_used=max(0, -account),
        spendable=account - held + limit,
        recharged_total=recharged,
    )


def recharged_total(*, advertiser_id: int) -> int:
    """累计充值 in fen: successful recharges and money found for the advertiser; credit does not count (A30)."""
    return _money(advertiser_id)[3]


def _money(advertiser_id: int) -> tuple[int, int, int, int]:
    """Fen available (below zero: credit used), frozen, held for submissions in review, and 累计充值."""
    with connection.cursor() as cursor:
        cursor.execute(_MONEY, {"advertiser": advertiser_id})
        available, frozen, held, recharged = cursor.fetchone()
        return available, frozen, held, recharged


def earnings(*, owner_id: int) -> Earnings:
    """The figures of an owner."""
    with connection.cursor() as cursor:
        cursor.execute(_EARNINGS, {"owner": owner_id})
        payable, transit, paid = cursor.fetchone()
    return Earnings(payable, transit, paid, payable + transit + paid)


# The lines of an account are numbered from 1 (L03), in the order of their ids. So each account of a party gives its
# own next lines from the index of its numbers, and the newest of those are the page: as quick on page 5,000 as on
# page 1, without an index more to write with every transfer. Where a page begins in an account is found by halving.
_LINES: Final = """
WITH RECURSIVE party AS (
    SELECT id, seq FROM billing_ledgeraccount WHERE {party} = %(party)s AND kind = ANY(%(kinds)s)
), halved AS (
    SELECT id, {low}::bigint AS low, {high}::bigint AS high FROM party
    UNION ALL
    SELECT h.id, CASE WHEN {seen} THEN m.middle ELSE h.low END, CASE WHEN {seen} THEN h.high ELSE m.middle - 1 END
    FROM halved h CROSS JOIN LATERAL (SELECT (h.low + h.high + 1) / 2) AS m (middle)
    CROSS JOIN LATERAL (SELECT e.id FROM billing_entry e WHERE e.account_id = h.id AND e.seq = m.middle) AS e
    WHERE h.low < h.high
), line AS (
    SELECT e.id FROM halved h CROSS JOIN LATERAL (
        SELECT e.id FROM billing_entry e{moved} WHERE e.account_id = h.id AND {beyond}
        ORDER BY e.seq {way} LIMIT %(count)s
    ) AS e WHERE h.low = h.high
)
SELECT id FROM line ORDER BY id {way} LIMIT %(count)s
"""
_MOVED: Final = " JOIN billing_transfer t ON t.id = e.transfer_id"
# What an order ends in leaves the frozen account (spec 4): the others are not read in vain.
_STANDS_ON: Final[dict[str, tuple[str, ...]]] = {
    Reason.EARN: (AccountKind.FROZEN, AccountKind.PAYABLE),
    Reason.FEE: (AccountKind.FROZEN,),
}
# A reason that is none of an order's has few lines, and indexes over just those: all of them are read and sorted.
_FEW: Final = """
SELECT e.id FROM billing_ledgeraccount a CROSS JOIN LATERAL (
    SELECT t.id FROM billing_transfer t WHERE t.source_id = a.id{wanted}
    UNION ALL
    SELECT t.id FROM billing_transfer t WHERE t.target_id = a.id{wanted}
) AS t JOIN billing_entry e ON e.transfer_id = t.id AND e.account_id = a.id
WHERE a.{party} = %(party)s AND a.kind = ANY(%(kinds)s) AND {beyond}
ORDER BY e.id {way} LIMIT %(count)s
"""


@dataclass(frozen=True)
class Statement:
    """Ledger lines of one party, with their transfer (reason, time) and account (kind) loaded, newest first.

    They come in the order of the book or against it, and in no other: `balance_after` means something in time only.

    Attributes:
        party: column of `LedgerAccount`, advertiser_id or owner_id.
        party_id: whose.
        kinds: of which accounts.
        reason: of the lines wanted, a `Reason`; empty for all.
        since: the first moment of the lines wanted, if they do not begin with the book.
        until: the first moment that is too late for them.
    """

    party: str
    party_id: int
    kinds: tuple[str, ...] = tuple(AccountKind.values)
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What its lines can be about."""
        return ON_ADVERTISERS if self.party == "advertiser_id" else ON_OWNERS

    @property
    def is_narrowed(self) -> bool:
        """Whether there may be lines that it leaves out."""
        return bool(self._wanted)

    def only(self, *, reason: str = "", first: date | None = None, last: date | None = None) -> "Statement":
        """The lines of one reason, from the day `first` in Shanghai to the end of the day `last` (R120).

        Raises:
            Refusal: `period`, it ends before it begins.
        """
        if first and last and last < first:
            raise Refusal("period", _("结束日期不能早于开始日期"), field="to")
        since = midnight(first) if first else None
        until = midnight(last + timedelta(days=1)) if last and last < date.max else None
        return replace(self, reason=reason, since=since, until=until)

    def window(self, *, key: str, seen: tuple[int, int] | None, count: int) -> list[Entry]:
        """As `keyset.window` has it, by id in either direction."""
        known: dict[str, Any] = {
            "party": self.party_id,
            "kinds": [one for one in self.kinds if one in _STANDS_ON.get(self.reason, self.kinds)],
            "reason": self.reason,
            "since": self.since,
            "until": self.until,
            "seen": seen and seen[1],
            "count": count,
        }
        few = self.reason and self.reason not in OF_ORDERS
        words = self._few(key, seen) if few else self._lines(key, seen)
        with connection.cursor() as cursor:
            cursor.execute(words, known)
            ids = [pk for (pk,) in cursor.fetchall()]
        return _ENTRIES[key].all(ids=ids)

    def _lines(self, key: str, seen: tuple[int, int] | None) -> str:
        falling = key.startswith("-")
        # low: how many lines of the account come before the page (rising), or are left for it (falling).
        words = {
            "seen": "e.id < %(seen)s" if falling else "e.id <= %(seen)s",
            "beyond": "e.seq <= h.low" if falling else "e.seq > h.low",
            "way": "DESC" if falling else "ASC",
        }
        all_of_it = "seq" if falling else "0"
        words |= {"low": "0", "high": "seq"} if seen else {"low": all_of_it, "high": all_of_it}
        moved = _MOVED + self._wanted if self._wanted else ""
        return _LINES.format(party=self.party, moved=moved, **words)

    def _few(self, key: str, seen: tuple[int, int] | None) -> str:
        falling = key.startswith("-")
        beyond = f"e.id {'<' if falling else '>'} %(seen)s" if seen else "true"
        way = "DESC" if falling else "ASC"
        return _FEW.format(party=self.party, wanted=self._wanted, beyond=beyond, way=way)

    @property
    def _wanted(self) -> str:
        """The conditions of a transfer `t`."""
        return "".join(
            f" AND t.{condition}"
            for condition, value in (
                ("reason = %(reason)s", self.reason),
                ("at >= %(since)s", self.since),
                ("at < %(until)s", self.until),
            )
            if value
        )


def statement(*, advertiser_id: int | None = None, owner_id: int | None = None) -> Statement:
    """Ledger lines of one party."""
    if advertiser_id:
        return Statement("advertiser_id", advertiser_id)
    return Statement("owner_id", owner_id or 0)


def earned(*, owner_id: int) -> Statement:
    """What an owner earned and was paid, without the way of a payment through the bank."""
    return Statement("owner_id", owner_id, (AccountKind.PAYABLE,))
