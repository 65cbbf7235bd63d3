"""The fingerprint of a season: every move of every order on both axes, without ids of the database or real time."""

import hashlib
from collections.abc import Iterator

from billing.models import Payout, PayoutAttempt, PayoutLine
from orders.models import Order, OrderEvent


def digest() -> str:
    """SHA-256 over lines (order number, move, cause, business time, fen), sorted as bytes (spec 9)."""
    lines = sorted("\t".join(map(str, line)).encode() for line in (*_moves(), *_payments()))
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def _moves() -> Iterator[tuple[object, ...]]:
    rows = OrderEvent.objects.values_list("order__number", "old", "new", "cause", "at", "order__price", "order__fee")
    for number, old, new, cause, at, price, fee in rows:
        yield number, f"{old}>{new}", cause, at.isoformat(), price + fee


def _payments() -> Iterator[tuple[object, ...]]:
    """待付款 at each attempt, and how each of them ended, for every order in the payout."""
    numbers = dict(Order.objects.values_list("pk", "number"))
    attempts: dict[int, list[PayoutAttempt]] = {}
    for attempt in PayoutAttempt.objects.order_by("made_at", "pk"):
        attempts.setdefault(attempt.payout_id, []).append(attempt)
    for order_id, amount, payout_id in PayoutLine.objects.values_list("order_id", "amount", "payout_id"):
        for attempt in attempts.get(payout_id, []):
            pending, ended = f"payout>{Payout.State.PENDING}", f"payout>{attempt.state}"
            yield numbers[order_id], pending, "attempt", attempt.made_at.isoformat(), amount
            if attempt.ended_at is not None:
                yield numbers[order_id], ended, attempt.code, attempt.ended_at.isoformat(), amount
