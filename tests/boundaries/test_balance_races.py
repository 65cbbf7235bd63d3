"""Balance race: two submits over the same money, only one holds (R24, R30, A1, F38)."""

import threading

import pytest

from billing import holds, ledger, queries
from billing.models import AccountKind, Hold
from tasks import review
from tasks.models import Submission, Task, TaskState
from tests.billing.book import without_locks
from tests.boundaries.doors import DOORS, submit
from tests.factories import MediaAccountFactory
from tests.moments import MONDAY
from tests.orders.threads import together
from tests.tasks.making import draft, enterprise, held
from weitask.refusal import Refusal
from weitask.retrying import retrying

MONEY = 200_000


def over_the_same_money(advertiser, *, price=MONEY, count=2) -> list[Task]:
    account = MediaAccountFactory(price_original=price)
    return [draft(advertiser, accounts=[account]) for _ in range(count)]


def submitting(task):
    return lambda: retrying(lambda: review.submit(task=task, by=task.advertiser.user, now=MONDAY))


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_one_fen_less_than_the_task_costs_is_refused_and_the_draft_kept(door):
    (task,) = over_the_same_money(enterprise(MONEY), price=MONEY + 1, count=1)
    ((_row, why),) = submit(door, task, now=MONDAY)
    assert "0.01" in why
    assert (Task.objects.get().state, Hold.objects.count()) == (TaskState.DRAFT, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_exactly_what_the_task_costs_is_enough(door):
    advertiser = enterprise(MONEY)
    (task,) = over_the_same_money(advertiser, count=1)
    assert submit(door, task, now=MONDAY) == []
    assert held(Submission.objects.get()) == MONEY
    assert queries.wallet(advertiser_id=advertiser.pk, now=MONDAY).spendable == 0


@pytest.mark.django_db
def test_the_hold_itself_refuses_one_fen_more_than_is_there():
    """Behind the check that names the missing amount stands the hold's own, under its lock."""
    advertiser = enterprise(MONEY)
    with pytest.raises(holds.NotEnough) as refused:
        holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=MONEY + 1, now=MONDAY)
    assert refused.value.missing_fen == 1
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=MONEY, now=MONDAY)
    assert Hold.objects.get().amount == MONEY


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_what_the_first_submit_holds_the_second_does_not_get(door):
    first, second = over_the_same_money(enterprise(MONEY))
    assert submit(door, first, now=MONDAY) == []
    ((_row, why),) = submit(door, second, now=MONDAY)
    assert "2,000.00" in why
    assert Hold.objects.get().amount == MONEY


def test_of_two_submits_at_once_one_holds_and_the_other_keeps_its_draft(committed):
    for _ in range(6):
        advertiser = enterprise(MONEY)
        tasks = over_the_same_money(advertiser)
        answers = together(*[submitting(task) for task in tasks])
        (told,) = [answer for answer in answers if isinstance(answer, Exception)]
        assert isinstance(told, Refusal)
        assert told.code == "not_enough_money"
        assert sorted(advertiser.tasks.values_list("state", flat=True)) == ["draft", "in_review"]
        assert queries.wallet(advertiser_id=advertiser.pk, now=MONDAY).held == MONEY


def test_control_without_the_lock_both_submits_hold_the_same_money(committed, monkeypatch):
    """The race is real: read without locks, both see the money as theirs."""
    both_have_read, spendable = threading.Barrier(2), holds._spendable

    def read(*known, **more):
        found = spendable(*known, **more)
        both_have_read.wait(timeout=20)
        return found

    advertiser = enterprise(MONEY)
    tasks = over_the_same_money(advertiser)
    monkeypatch.setattr(review, "_lock_task", lambda pk: Task.objects.select_related("advertiser").get(pk=pk))
    ledger.account_ids(kind=AccountKind.FROZEN, advertiser_ids=[advertiser.pk])
    monkeypatch.setattr(holds, "_LOCK", without_locks(holds._LOCK))
    monkeypatch.setattr(holds, "_spendable", read)
    together(*[submitting(task) for task in tasks])
    assert Hold.objects.filter(ended_at=None, advertiser=advertiser).count() == 2
