"""Two at once, on a real PostgreSQL, each in a thread of its own (F36, F38, F39)."""

import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import DatabaseError, connection

from billing.holds import HoldGone
from billing.models import AccountKind
from tasks import review
from tasks.models import Decision, Submission, Task
from tests.billing.book import balance
from tests.factories import MediaAccountFactory
from tests.moments import MINUTE, MONDAY
from tests.tasks.making import approved, draft, enterprise, held, reviewer, submitted
from weitask.refusal import Refusal

pytestmark = pytest.mark.usefixtures("committed")


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Start all calls at a barrier; what each ended with, "ok" or the code of its refusal."""
    barrier = threading.Barrier(len(calls))
    outcomes: list[str] = []

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            call()
            outcomes.append("ok")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        except (DatabaseError, HoldGone) as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def deciding(submission: Submission) -> Sequence[Callable[[], object]]:
    first, second = reviewer(), reviewer()
    return (
        lambda: review.approve(submission=submission, by=first, now=MONDAY),
        lambda: review.reject(submission=submission, by=second, reason="理由", now=MONDAY),
    )


def test_two_reviewers_at_the_same_instant_make_one_decision():
    for _ in range(5):
        submission = submitted()
        assert at_once(*deciding(submission)) == ["already_decided", "ok"]
        verdict = Decision.objects.get(submission=submission).verdict
        frozen = balance(AccountKind.FROZEN, advertiser=submission.task.advertiser)
        assert (frozen, held(submission)) == ((10_000 if verdict == "approve" else 0), 0)


def test_without_the_lock_the_second_reviewer_runs_into_the_database(monkeypatch):
    """Negative control: read without a lock, both believe that it is open; only the constraint stops the second."""
    submission = submitted()
    both_have_read = threading.Barrier(2)

    def unlocked(asked: Submission, *, by: object) -> Submission:
        found = Submission.objects.select_related("task__advertiser").get(pk=asked.pk)
        both_have_read.wait()
        return found

    monkeypatch.setattr(review, "_open", unlocked)
    assert "already_decided" not in at_once(*deciding(submission))
    assert Decision.objects.count() == 1


def test_fifty_submissions_over_the_money_of_ten_hold_ten_times():
    """Ten threads share fifty drafts of 200.00 with 2000.00 spendable."""
    advertiser = enterprise(200_000)
    account = MediaAccountFactory(price_original=20_000)
    tasks = [draft(advertiser, accounts=[account]) for _ in range(50)]
    results: list[str] = []

    def submit(mine: Sequence[Task]) -> None:
        for task in mine:
            try:
                results.append(review.submit(task=task, by=advertiser.user, now=MONDAY).state)
            except Refusal as refusal:
                results.append(refusal.code)

    at_once(*(lambda mine=tasks[at::10]: submit(mine) for at in range(10)))
    assert (results.count("in_review"), results.count("not_enough_money")) == (10, 40)


def test_a_double_click_submits_once():
    task = draft()
    calls = [lambda: review.submit(task=task, by=task.advertiser.user, now=MONDAY)] * 5
    assert at_once(*calls) == ["ok", *["task_published"] * 4]
    assert Submission.objects.count() == 1


def test_a_stop_and_an_approved_addition_never_leave_a_living_order():
    from tasks.drafting import SelectionInput

    for _ in range(5):
        task = approved().task
        by, more = reviewer(), [SelectionInput(MediaAccountFactory().pk)]
        outcomes = at_once(
            lambda task=task, by=by: review.halt(task=task, by=by, reason="停", now=MONDAY + MINUTE),
            lambda task=task, more=more: review.add_orders(
                task=task, by=task.advertiser.user, selections=more, now=MONDAY + MINUTE
            ),
        )
        assert outcomes in (["ok", "ok"], ["ok", "task_not_running"])
        assert {order.state for order in task.orders.all()} == {"cancelled"}
        assert balance(AccountKind.FROZEN, advertiser=task.advertiser) == 0
