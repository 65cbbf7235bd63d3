"""紧急叫停 of a task (R85, R86, A16, A22)."""

import pytest

from accounts.models import Notice
from billing.models import AccountKind
from tasks import review
from tasks.drafting import SelectionInput
from tasks.models import Decision, Submission, Task
from tests.billing.book import balance
from tests.factories import MediaAccountFactory
from tests.moments import MINUTE, MONDAY
from tests.tasks.making import START, approved, held, reviewer, submitted
from weitask.refusal import Conflict, Refusal

pytestmark = pytest.mark.django_db


def halt(task: Task, **more) -> Decision:
    return review.halt(task=task, by=reviewer(), reason="内容有误", now=MONDAY + MINUTE, **more)


def test_a_stop_cancels_what_is_not_posted_and_gives_the_money_back():
    task = approved().task
    halt(task)
    assert [order.state for order in task.orders.all()] == ["cancelled"]
    assert balance(AccountKind.FROZEN, advertiser=task.advertiser) == 0
    stored = Task.objects.get()
    assert (stored.state, stored.ended_at) == ("halted", MONDAY + MINUTE)


def test_a_stop_is_recorded_with_its_reason_and_whose_fault_it_is():
    decision = halt(approved().task, platform_fault=True)
    assert (decision.verdict, decision.submission, decision.reason) == ("halt", None, "内容有误")
    assert decision.platform_fault


def test_the_advertiser_is_told_urgently():
    halt(approved().task)
    notice = Notice.objects.get(kind="task_halted")
    assert (notice.urgent, "内容有误" in notice.body) == (True, True)


def test_a_running_task_can_be_stopped():
    task = approved().task
    review.begin_due(START)
    halt(task)
    assert Task.objects.get().state == "halted"


def test_a_stop_needs_a_reason():
    with pytest.raises(Refusal):
        review.halt(task=approved().task, by=reviewer(), reason=" ", now=MONDAY)


def test_a_task_in_review_is_rejected_not_stopped():
    with pytest.raises(Conflict):
        halt(submitted().task)


def test_a_task_is_stopped_once():
    task = approved().task
    halt(task)
    with pytest.raises(Conflict):
        halt(task)


def test_an_addition_in_review_is_rejected_with_the_stop():
    task = approved().task
    chosen = [SelectionInput(MediaAccountFactory().pk, START, "新内容")]
    addition = review.add_orders(task=task, by=task.advertiser.user, selections=chosen, now=MONDAY)
    halt(task)
    stored = Submission.objects.get(pk=addition.pk)
    assert (stored.state, held(addition)) == ("rejected", 0)
    assert "内容有误" in stored.decisions.get().reason
