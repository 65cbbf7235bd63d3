"""Any history of recharges, holds, orders, Fridays and banks keeps every invariant, after every step."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Advertiser, User
from billing import audit, holds, ledger, payouts
from billing.models import BankCard, CreditLimit, Hold, LedgerAccount, Payout, PayoutAttempt
from billing.payouts import Line
from tests.billing.bank import OUTCOMES, Bank
from tests.billing.book import recharge
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import FRIDAY, MONDAY

AMOUNTS = st.integers(1, 50_000)
TWO = st.integers(0, 1)
PICK = st.integers(0, 10_000)
WORDS = st.sampled_from(["PROCESSING", "SUCCESS", "FAILED", "RETURNT_TICKET"])
PAUSES = st.sampled_from([timedelta(minutes=1), timedelta(minutes=31), timedelta(days=1), timedelta(days=8)])
BANKS: list[Bank] = []
SEEN: Counter[str] = Counter()


class Money(RuleBasedStateMachine):
    """The model: what each advertiser has, what each order is, what each owner earned. No ORM in it."""

    @initialize(outcome=st.sampled_from(OUTCOMES), word=WORDS, tell=st.booleans())
    def begin(self, outcome: str, word: str, tell: bool) -> None:
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.now: datetime = MONDAY
        self.cutoff = FRIDAY
        self.bank = Bank()
        BANKS[:] = [self.bank]
        self.advertisers: list[Advertiser] = [AdvertiserFactory(), AdvertiserFactory()]
        self.owners: list[User] = [UserFactory(), UserFactory()]
        self.limit = [0, 0]
        self.available = [0, 0]
        self.held: dict[int, tuple[int, int]] = {}  # submission: advertiser, fen
        self.orders: dict[int, tuple[int, int, str]] = {}  # order: advertiser, fen, frozen | released | earned
        self.owed: dict[int, tuple[int, int]] = {}  # earned order without a payout: owner, net
        self.earned = [0, 0]
        self.fees = 0
        self.cards = 0
        self.start_with_money_to_pay_out()
        self.send(outcome, word, tell)

    def start_with_money_to_pay_out(self) -> None:
        """Two earned orders, one owner with a card: the way from here to the bank is short."""
        self.recharge(0, 60_000)
        for owner, amount in ((0, 20_000), (1, 7_001)):
            self.submit(0, amount)
            self.approve(max(self.held), 1)
            self.earn(len(self.orders) - 1, owner, 10)
        self.submit(0, 9_000)
        self.approve(max(self.held), 2)
        self.bind_a_card(0)
        self.friday()

    def teardown(self) -> None:
        if not hasattr(self, "frame"):
            return
        try:
            self.quiesce()
        finally:
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    # --- Advertisers ------------------------------------------------------------------------------------------

    @rule(who=TWO, amount=AMOUNTS)
    def recharge(self, who: int, amount: int) -> None:
        recharge(self.advertisers[who], amount, at=self.now)
        self.available[who] += amount
        self.bank.deposits += amount

    @rule(who=TWO, amount=st.sampled_from([0, 5_000, 40_000]))
    def grant(self, who: int, amount: int) -> None:
        self.now += timedelta(seconds=1)
        CreditLimit.objects.create(
            advertiser=self.advertisers[who], amount=amount, contract="HT", valid_from=self.now, by=self.owners[0]
        )
        self.limit[who] = amount

    @rule(who=TWO, amount=AMOUNTS)
    def submit(self, who: int, amount: int) -> None:
        submission = 1 + max(Hold.objects.values_list("submission_id", flat=True), default=0)
        wanted = {"submission_id": submission, "advertiser_id": self.advertisers[who].pk, "amount": amount}
        missing = amount - self.spendable(who)
        if missing > 0:
            with pytest.raises(holds.NotEnough) as refusal:
                holds.place(**wanted, now=self.now)
            assert refusal.value.missing_fen == missing
            return
        holds.place(**wanted, now=self.now)
        self.held[submission] = (who, amount)

    @precondition(lambda self: self.held)
    @rule(pick=PICK, verdict=st.sampled_from(["lapse", "reject", "approve", "approve"]), parts=st.integers(1, 3))
    def review(self, pick: int, verdict: str, parts: int) -> None:
        submission = sorted(self.held)[pick % len(self.held)]
        who, amount = self.held[submission]
        if verdict == "lapse":
            holds.drop_part(submission_id=submission, amount=amount // 2, now=self.now)
            self.held[submission] = (who, amount - amount // 2)
        elif verdict == "reject":
            holds.end(submission_id=submission, now=self.now)
            del self.held[submission]
        elif amount >= parts:
            self.approve(submission, parts)

    def approve(self, submission: int, parts: int) -> None:
        who, amount = self.held[submission]
        first = len(self.orders) + 1
        amounts = [amount // parts] * (parts - 1) + [amount - amount // parts * (parts - 1)]
        charges = [holds.Charge(first + place, fen) for place, fen in enumerate(amounts)]
        try:
            with transaction.atomic():
                holds.end(submission_id=submission, now=self.now)
                holds.freeze(advertiser_id=self.advertisers[who].pk, charges=charges, now=self.now)
        except holds.NotEnough:
            assert self.spendable(who) < 0  # its credit was cut while it was in review
            return
        del self.held[submission]
        self.available[who] -= amount
        self.orders.update({one.order_id: (who, one.amount, "frozen") for one in charges})

    # --- Orders -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.orders)
    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        order, (who, amount, state) = self.one_order(pick)
        try:
            with transaction.atomic():
                holds.release(order_ids=[order], now=self.now)
        except ledger.Duplicate:
            assert state != "frozen"
            return
        assert state == "frozen"
        self.orders[order] = (who, amount, "released")
        self.available[who] += amount

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, owner=TWO, rate=st.sampled_from([0, 10]))
    def earn(self, pick: int, owner: int, rate: int) -> None:
        order, (who, amount, state) = self.one_order(pick)
        fee = amount * rate // 100
        earning = holds.Earning(order, self.owners[owner].pk, amount - fee, fee)
        try:
            with transaction.atomic():
                holds.earn(earnings=[earning], now=self.now)
        except ledger.Duplicate:
            assert state != "frozen"
            return
        assert state == "frozen"
        self.orders[order] = (who, amount, "earned")
        self.owed[order] = (owner, amount - fee)
        self.earned[owner] += amount - fee
        self.fees += fee

    # --- Fridays and the bank ---------------------------------------------------------------------------------

    @precondition(lambda self: self.owed)
    @rule()
    def friday(self) -> None:
        self.now = max(self.now, self.cutoff)
        payouts.alarm_due(self.now)
        run = payouts.open_run(cutoff=self.cutoff, now=self.now)
        lines = [Line(order, self.owners[owner].pk, net) for order, (owner, net) in sorted(self.owed.items())]
        payouts.add(run=run, lines=lines, now=self.now)
        payouts.close_run(run=run, now=self.now)
        self.owed = {}
        self.cutoff += timedelta(days=7)

    @rule(owner=TWO)
    def bind_a_card(self, owner: int) -> None:
        self.cards += 1
        BankCard.objects.filter(owner=self.owners[owner], state="bound").update(state="replaced")
        BankCard.objects.create(
            owner=self.owners[owner],
            bank_code="ICBC",
            last4="0000",
            state="bound",
            card_id=f"c{self.cards}",
            created_at=self.now,
            bound_at=self.now,
        )
        payouts.wake(owner_id=self.owners[owner].pk, now=self.now)

    @rule(outcome=st.sampled_from(OUTCOMES), word=WORDS, tell=st.booleans())
    def send(self, outcome: str, word: str, tell: bool) -> None:
        """A look of the sender, and at once the bank's word on everything it knows."""
        self.bank.outcome = outcome
        payouts.send_due(self.now)
        self.bank.outcome = "ok"
        for number in sorted(self.bank.numbers):
            self.bank_decides(number, word, tell=tell)

    @precondition(lambda self: self.bank.numbers)
    @rule(pick=PICK, word=WORDS, tell=st.booleans())
    def bank_changes_its_mind(self, pick: int, word: str, tell: bool) -> None:
        self.bank_decides(sorted(self.bank.numbers)[pick % len(self.bank.numbers)], word, tell=tell)

    def bank_decides(self, number: str, word: str, *, tell: bool) -> None:
        self.bank.decide(number, word)
        if tell:
            SEEN[payouts.answer(number=number, state=self.bank.numbers[number][1], now=self.now)] += 1

    @rule(pause=PAUSES, sweep=st.sampled_from([payouts.query_due, payouts.retry_due]))
    def look(self, pause: timedelta, sweep: Callable[[datetime], int]) -> None:
        self.now += pause
        payouts.alarm_due(self.now)
        SEEN[sweep.__name__] += sweep(self.now)

    # --- What must hold ---------------------------------------------------------------------------------------

    @invariant()
    def the_audit_is_clean(self) -> None:
        if hasattr(self, "frame"):
            assert audit.run(only=BILLING, as_of=self.now) == []

    @invariant()
    def the_book_is_the_model(self) -> None:
        if not hasattr(self, "frame"):
            return
        found = LedgerAccount.objects.values_list("kind", "advertiser_id", "owner_id", "balance")
        book = {(kind, advertiser or owner): fen for kind, advertiser, owner, fen in found}
        for who, advertiser in enumerate(self.advertisers):
            frozen = sum(fen for one, fen, state in self.orders.values() if (one, state) == (who, "frozen"))
            assert book.get(("available", advertiser.pk), 0) == self.available[who]
            assert book.get(("frozen", advertiser.pk), 0) == frozen
        assert book.get(("fee", None), 0) == self.fees
        paid = Payout.objects.filter(state="paid").values_list("owner_id", "amount")
        for place, owner in enumerate(self.owners):
            got = sum(fen for one, fen in paid if one == owner.pk)
            assert got + book.get(("payable", owner.pk), 0) + book.get(("transit", owner.pk), 0) == self.earned[place]

    @invariant()
    def no_payout_has_two_numbers_that_may_pay(self) -> None:
        if hasattr(self, "frame"):
            payout_of = dict(PayoutAttempt.objects.values_list("number", "payout_id"))
            assert all(count == 1 for count in self.bank.live(payout_of).values())

    def quiesce(self) -> None:
        """Everybody has a card, the bank has money and pays, time goes by: nothing is left under way."""
        self.bank.deposits += 10**9
        for owner in (0, 1):
            self.bind_a_card(owner)
        for _ in range(4):
            self.now += timedelta(days=2)
            payouts.retry_due(self.now)
            payouts.send_due(self.now)
            for number in self.bank.numbers:
                self.bank.decide(number, "SUCCESS")
            payouts.query_due(self.now)
        self.the_audit_is_clean()
        assert not Payout.objects.exclude(state="paid").exists()
        assert not LedgerAccount.objects.filter(kind="transit").exclude(balance=0).exists()

    # --- Words ------------------------------------------------------------------------------------------------

    def spendable(self, who: int) -> int:
        held = sum(fen for one, fen in self.held.values() if one == who)
        return self.available[who] - held + self.limit[who]

    def one_order(self, pick: int) -> tuple[int, tuple[int, int, str]]:
        order = sorted(self.orders)[pick % len(self.orders)]
        return order, self.orders[order]


BILLING = ["L01", "L02", "L03", "L04", "L05", "L06", "L07", "L08", "L17", "L18", "L20", "L21", "L24"]


@pytest.mark.django_db
def test_any_history_keeps_every_invariant(monkeypatch):
    SEEN.clear()
    monkeypatch.setattr("weitask.gateways.sinapay.client", lambda: BANKS[0])
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    assert SEEN.total()  # the way to the bank and back was walked
