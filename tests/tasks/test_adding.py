"""增加订单 (R33, A17)."""

import pytest

from billing.models import AccountKind
from tasks import review
from tasks.drafting import SelectionInput
from tasks.models import Decision, Submission, Task
from tests.billing.book import balance
from tests.factories import MediaAccountFactory, UserFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY
from tests.tasks.making import START, approved, codes, draft, enterprise, held, image, reviewer, submitted
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db


def add(task: Task, *selections: SelectionInput, now=MONDAY) -> Submission:
    return review.add_orders(task=task, by=task.advertiser.user, selections=selections, now=now)


def another(**more) -> SelectionInput:
    return SelectionInput(MediaAccountFactory().pk, **more)


def refused(task: Task, *selections: SelectionInput, now=MONDAY):
    with pytest.raises(Refusal) as refusal:
        add(task, *selections, now=now)
    return codes(refusal)


def test_reviewed_content_is_frozen_and_dispatched_at_once():
    task = approved().task
    added = add(task, another())
    assert (added.state, added.addition, added.number, held(added)) == ("approved", True, 2, 0)
    assert task.orders.count() == 2
    assert balance(AccountKind.FROZEN, advertiser=task.advertiser) == 20_000
    assert Decision.objects.count() == 1


def test_orders_are_added_to_a_running_task_with_times_of_their_own():
    task = approved().task
    review.begin_due(START)
    added = add(task, another(start_at=START + DAY), now=START + HOUR)
    assert (added.start_at, Task.objects.get().state) == (START + DAY, "running")


def test_new_words_wait_for_review_while_the_task_runs_on():
    task = approved().task
    added = add(task, another(text="全新的内容"))
    assert (added.state, held(added), task.orders.count()) == ("in_review", 10_000, 1)
    review.approve(submission=added, by=reviewer(), now=MONDAY)
    assert (task.orders.count(), Task.objects.get().state) == (2, "approved")


def test_new_pictures_wait_for_review_too():
    advertiser = enterprise()
    task = approved(draft(advertiser)).task
    assert add(task, another(image_ids=(image(advertiser).pk,))).state == "in_review"


def test_words_a_reviewer_approved_for_another_selection_need_no_second_review():
    task = approved(selections=(another(text="第二种说法"),)).task
    assert add(task, another(text="第二种说法")).state == "approved"


def test_words_that_were_rejected_stay_unreviewed():
    task = approved().task
    added = add(task, another(text="新说法"))
    review.reject(submission=added, by=reviewer(), reason="不行", now=MONDAY)
    assert Task.objects.get().state == "approved"
    assert add(task, another(text="新说法")).state == "in_review"


def test_one_addition_is_in_review_at_a_time():
    task = approved().task
    add(task, another(text="新说法"))
    assert refused(task, another(text="再一个")) == [("addition_in_review", None)]
    assert add(task, another()).state == "approved"


def test_the_window_counts_from_the_addition():
    task = approved().task
    assert refused(task, another(), now=START - HOUR + MINUTE) == [("start_too_early", 0)]


def test_without_money_nothing_is_added():
    task = approved(draft(enterprise(200_000))).task
    dear = SelectionInput(MediaAccountFactory(price_original=190_001).pk)
    assert refused(task, dear) == [("not_enough_money", None)]
    assert task.submissions.count() == 1


def test_nothing_chosen_is_nothing_added():
    assert refused(approved().task) == [("selections", None)]


@pytest.mark.parametrize("state", ["draft", "in_review", "halted"])
def test_orders_are_added_to_living_tasks_only(state):
    task = draft() if state == "draft" else submitted().task if state == "in_review" else approved().task
    if state == "halted":
        review.halt(task=task, by=reviewer(), reason="停", now=MONDAY)
    with pytest.raises(Conflict):
        add(task, another())


def test_a_stranger_adds_nothing():
    with pytest.raises(Forbidden):
        review.add_orders(task=approved().task, by=UserFactory(), selections=[another()], now=MONDAY)


def test_an_account_with_an_order_of_the_task_needs_other_words_and_another_time():
    account = MediaAccountFactory()
    task = approved(accounts=[account]).task
    found = refused(task, SelectionInput(account.pk, START + 14 * MINUTE), another())
    assert found == [("repeat_too_close", 0), ("repeat_same_text", 0)]
    assert add(task, SelectionInput(account.pk, START + 15 * MINUTE, "换个说法")).state == "in_review"


def test_an_account_that_let_its_order_lapse_may_be_asked_again():
    from orders import answering

    account = MediaAccountFactory()
    task = approved(accounts=[account]).task
    answering.expire_due(START)
    assert add(task, SelectionInput(account.pk, START + DAY), now=START).state == "approved"


def test_an_addition_whose_starts_pass_in_review_lapses_alone():
    task = approved().task
    added = add(task, another(text="新说法"))
    review.lapse_due(START)
    assert (Submission.objects.get(pk=added.pk).state, held(added)) == ("lapsed", 0)
    assert Task.objects.get().state == "approved"
