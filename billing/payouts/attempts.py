"""Attempts: a number of our own and the money in transit, committed before anything is sent; their states."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_noop

from billing import ledger
from billing.models import AccountKind, BankCard, PayoutAttempt, Reason
from billing.numbers import new_numbers
from weitask import arrays

_MAKE: Final = """
INSERT INTO billing_payoutattempt (payout_id, number, card_id, amount, state, made_at, queries, next_at, code)
SELECT payout, number, card, amount, 'new', %(now)s, 0, %(now)s, ''
FROM unnest(%(payouts)s::bigint[], %(numbers)s::text[], %(cards)s::bigint[], %(amounts)s::bigint[])
     WITH ORDINALITY AS made (payout, number, card, amount, place)
ORDER BY place
RETURNING id, payout_id
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """A payout that is about to be tried: `amount` fen to the owner's card."""

    payout_id: int
    owner_id: int
    amount: int
    card_id: int


def make(owed: Sequence[Owed], *, now: datetime) -> None:
    """Give each payout a new attempt and move its money payable → in transit. Inside the caller's transaction."""
    if not owed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _MAKE,
            {
                "now": now,
                "payouts": arrays.literal(one.payout_id for one in owed),
                "numbers": arrays.literal(new_numbers("PO", len(owed), now=now)),
                "cards": arrays.literal(one.card_id for one in owed),
                "amounts": arrays.literal(one.amount for one in owed),
            },
        )
        attempts = {payout: attempt for attempt, payout in cursor.fetchall()}
    owners = {one.owner_id for one in owed}
    payable = ledger.account_ids(kind=AccountKind.PAYABLE, owner_ids=owners)
    transit = ledger.account_ids(kind=AccountKind.TRANSIT, owner_ids=owners)
    ledger.post(
        [
            ledger.NewTransfer(
                Reason.PAYOUT, attempts[one.payout_id], payable[one.owner_id], transit[one.owner_id], one.amount
            )
            for one in owed
        ],
        at=now,
    )


def move(
    attempt: PayoutAttempt, *, new: PayoutAttempt.State, old: Collection[PayoutAttempt.State] = (), **values: Any
) -> bool:
    """Move an attempt out of one of the `old` states (empty: the one it was read in).

    False when it has left them, or was sent again since it was read: what was heard of it then is about another call.
    """
    rows = PayoutAttempt.objects.filter(pk=attempt.pk, state__in=old or [attempt.state], sent_at=attempt.sent_at)
    if rows.update(state=new, **values) != 1:
        return False
    attempt.refresh_from_db()
    return True


def spoil_card(*, card_id: int, code: str) -> None:
    """The bank will not pay to this card: it is 不可用 until the owner binds another (R111)."""
    card = BankCard.objects.filter(pk=card_id, state=BankCard.State.BOUND)
    card.update(state=BankCard.State.INVALID, problem=gettext_noop("银行卡不可用（%(code)s）") % {"code": code})
