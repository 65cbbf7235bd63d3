"""A bank that says untrue things about numbers, and a person who asks its list: no fen is adrift in the end (F32)."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from billing import audit, payouts
from billing.models import LedgerAccount, Payout
from tests.billing import test_money_stateful as money
from tests.factories import UserFactory
from weitask.refusal import Conflict

TOLD: Counter[str] = Counter()


class Lies(money.Money):
    """As the model of `test_money_stateful`, but the bank may say SUCCESS or FAILED of a number whatever is true."""

    @precondition(lambda self: self.bank.numbers)
    @rule(pick=money.PICK, words=st.lists(st.sampled_from(["SUCCESS", "FAILED"]), min_size=1, max_size=3))
    def the_bank_lies(self, pick: int, words: list[str]) -> None:
        number = sorted(self.bank.numbers)[pick % len(self.bank.numbers)]
        for word in words:
            TOLD[payouts.answer(number=number, state=word, now=self.now)] += 1

    @rule()
    def the_desk_asks(self) -> None:
        desk = UserFactory(staff=True)
        for payout in Payout.objects.exclude(conflict_at=None):
            try:
                payouts.resolve(payout=payout, by=desk, now=self.now)
                TOLD["resolved"] += 1
            except Conflict as refusal:
                TOLD[refusal.code] += 1

    def no_payout_has_two_numbers_that_may_pay(self) -> None:
        """Not here: whoever believes that a number failed pays with another one."""

    def the_audit_is_clean(self) -> None:
        """At the end only: the other model asks after every step."""
        assert audit.run(only=money.BILLING, as_of=self.now) == []

    def quiesce(self) -> None:
        """The bank tells the truth about every number, the desk asks about each contradiction, everything is paid."""
        self.recharge(1, 10**9)  # what was paid twice is the platform's own loss
        for owner in (0, 1):
            self.bind_a_card(owner)
        for _ in range(8):
            self.now += timedelta(days=2)
            payouts.alarm_due(self.now)
            payouts.retry_due(self.now)
            payouts.send_due(self.now)
            for number, (_amount, state) in list(self.bank.numbers.items()):
                self.bank_decides(number, "SUCCESS" if state == "PROCESSING" else state, tell=True)
            payouts.query_due(self.now)
            self.the_desk_asks()
        self.the_audit_is_clean()
        self.the_book_is_the_model()
        assert not Payout.objects.exclude(state="paid", conflict_at=None).exists()
        assert not LedgerAccount.objects.filter(kind="transit").exclude(balance=0).exists()
        assert -LedgerAccount.objects.get(kind="cash").balance == self.bank.balance


@pytest.mark.django_db
def test_a_lying_bank_costs_the_platform_at_most_and_never_a_fen_unexplained(monkeypatch):
    TOLD.clear()
    monkeypatch.setattr("weitask.gateways.sinapay.client", lambda: money.BANKS[0])
    run_state_machine_as_test(
        Lies,
        settings=settings(
            max_examples=10,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    assert {"contradicted", "frozen", "resolved"} <= set(TOLD)
