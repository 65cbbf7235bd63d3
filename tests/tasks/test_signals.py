"""A decision is carried out by exactly one receiver, in its own transaction (architecture 3)."""

import pytest
from django.dispatch import Signal

from tasks import review
from tasks.models import Decision, Submission
from tasks.signals import task_approved, task_halted, tell
from tests.moments import MONDAY
from tests.tasks.making import held, reviewer, submitted


@pytest.mark.parametrize("signal", [task_approved, task_halted])
def test_each_message_has_one_receiver_and_it_lives_in_orders(signal):
    receivers = [entry[1]() for entry in signal.receivers]
    assert [receiver.__module__ for receiver in receivers] == ["orders.receivers"]


@pytest.mark.parametrize("count", [0, 2])
def test_a_message_to_nobody_or_to_two_is_an_error(count):
    signal = Signal()
    hearers = [lambda **_: None for _ in range(count)]
    for hearer in hearers:
        signal.connect(hearer)
    with pytest.raises(RuntimeError):
        tell(signal, now=MONDAY)


@pytest.mark.django_db
def test_an_error_of_the_receiver_undoes_the_decision(monkeypatch):
    submission = submitted()
    monkeypatch.setattr("orders.receivers.create_orders", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        review.approve(submission=submission, by=reviewer(), now=MONDAY)
    assert (Submission.objects.get().state, held(submission), Decision.objects.count()) == ("in_review", 10_000, 0)
