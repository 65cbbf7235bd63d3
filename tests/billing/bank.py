"""A bank in memory for the stateful test: it remembers every number, and answers as it is told to."""

from collections import Counter
from datetime import datetime

from tests.moments import MONDAY
from weitask.gateways.errors import PermanentError, TemporaryError, UnknownError
from weitask.gateways.sinapay import Trade

# What may become of the next call: done and answered, done without an answer, not done without an answer, never
# written to the wire, and refused for a card that is unknown.
OUTCOMES = ("ok", "answer_lost", "call_lost", "not_sent", "card_unknown")
LIVE = ("PROCESSING", "SUCCESS")


class Bank:
    """Sina Pay's side of payouts. `numbers` is its book: number → (amount, state)."""

    def __init__(self) -> None:
        self.deposits = 0
        self.numbers: dict[str, tuple[int, str]] = {}
        self.outcome = "ok"

    def pinned(self, *, now: datetime) -> "Bank":
        return self

    @property
    def balance(self) -> int:
        return self.deposits - sum(amount for amount, state in self.numbers.values() if state in LIVE)

    def pay_to_card(self, *, number: str, amount_fen: int, **_: object) -> str:
        if self.outcome == "not_sent":
            raise TemporaryError(code="connection")
        if self.outcome == "call_lost":
            raise UnknownError(code="timeout")
        if self.outcome == "card_unknown":
            raise PermanentError(code="BANK_ACCOUNT_NOT_EXISTS", cause="card")
        if number in self.numbers:
            raise UnknownError(code="DUPLICATE_REQUEST_NO")
        if amount_fen > self.balance:
            raise PermanentError(code="BLANCE_NOT_ENOUGH", cause="fund")
        self.numbers[number] = (amount_fen, "PROCESSING")
        if self.outcome == "answer_lost":
            raise UnknownError(code="timeout")
        return "PROCESSING"

    def query_payout(self, *, number: str) -> Trade | None:
        if number not in self.numbers:
            return None
        amount, state = self.numbers[number]
        return Trade(number, amount, state, MONDAY, MONDAY)

    def decide(self, number: str, state: str) -> None:
        """PROCESSING → SUCCESS or FAILED; SUCCESS → RETURNT_TICKET. Nothing else ever happens at a bank."""
        amount, was = self.numbers[number]
        if (was, state) in {("PROCESSING", "SUCCESS"), ("PROCESSING", "FAILED"), ("SUCCESS", "RETURNT_TICKET")}:
            self.numbers[number] = (amount, state)

    def live(self, payout_of: dict[str, int]) -> Counter[int]:
        """How many numbers of each payout have paid or may still pay."""
        return Counter(payout_of[number] for number, (_amount, state) in self.numbers.items() if state in LIVE)
