"""Four eyes: risky submissions take two reviewers, in the verb and in the API (R42, R43, R49)."""

import pytest
from django.db import DatabaseError, connection, transaction
from rest_framework.test import APIClient

from tasks import review
from tasks.models import Decision, FirstApproval, Submission
from tasks.screening.models import RuleCategory
from tests.factories import AdvertiserFactory
from tests.moments import HOUR, MINUTE, MONDAY
from tests.tasks.making import START, draft, fund, held, reviewer, submitted
from weitask import clock
from weitask.refusal import Conflict, Forbidden

pytestmark = pytest.mark.django_db


def risky() -> Submission:
    return submitted(text="这里有减肥药")


def approve(submission, by, *, now=MONDAY):
    return review.approve(submission=submission, by=by, now=now)


def test_the_first_approval_is_recorded_and_decides_nothing():
    submission, by = risky(), reviewer()
    assert approve(submission, by).state == "in_review"
    first = FirstApproval.objects.get()
    assert (first.by, first.at, first.why) == (by, MONDAY, "机审发现「禁止广告的商品」")
    assert (Decision.objects.count(), held(submission), submission.task.orders.count()) == (0, 10_000, 0)


def test_the_second_reviewers_approval_is_the_decision():
    submission, second = risky(), reviewer()
    approve(submission, reviewer())
    assert approve(submission, second, now=MONDAY + HOUR).state == "approved"
    assert Decision.objects.get().by == second
    assert submission.task.orders.count() == 1


def test_nobody_is_their_own_second():
    submission, by = risky(), reviewer()
    approve(submission, by)
    with pytest.raises(Conflict) as refusal:
        approve(submission, by)
    assert refusal.value.code == "second_reviewer_needed"
    assert Submission.objects.get().state == "in_review"


def test_an_amount_from_the_setting_on_takes_two(settings):
    settings.FOUR_EYES_AMOUNT = 10_000
    assert approve(submitted(), reviewer()).state == "in_review"
    assert FirstApproval.objects.get().why == "金额达到 100.00 元"
    settings.FOUR_EYES_AMOUNT = 10_001
    assert approve(submitted(), reviewer()).state == "approved"


def test_a_finding_of_a_milder_category_takes_one():
    assert approve(submitted(text="全城最便宜的火锅"), reviewer()).state == "approved"


def test_which_categories_take_two_is_the_published_book_and_not_the_draft():
    RuleCategory.objects.update(four_eyes=False)
    assert approve(risky(), reviewer()).state == "in_review"


def test_one_reviewer_is_enough_to_reject_also_after_a_first_approval():
    submission = risky()
    approve(submission, reviewer())
    assert review.reject(submission=submission, by=reviewer(), reason="减肥药", now=MONDAY).state == "rejected"


def test_the_second_reviewer_has_no_part_in_the_task_either():
    both = reviewer()
    submission = submitted(draft(fund(AdvertiserFactory(user=both)), text="减肥药"))
    approve(submission, reviewer())
    with pytest.raises(Forbidden):
        approve(submission, both)


def test_a_first_approval_waits_no_longer_than_the_start():
    submission = risky()
    approve(submission, reviewer(), now=START - MINUTE)
    with pytest.raises(Conflict, match="审核超时"):
        approve(submission, reviewer(), now=START)
    assert Submission.objects.get().state == "lapsed"


def test_a_first_approval_can_never_be_edited():
    approve(risky(), reviewer())
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("DELETE FROM tasks_firstapproval")


def test_the_api_says_that_a_second_reviewer_is_needed():
    clock.pin(at=MONDAY)
    path = f"/api/v1/review/tasks/{risky().task_id}/approve/"
    first, second = APIClient(), APIClient()
    first.force_authenticate(reviewer())
    second.force_authenticate(reviewer())
    answer = first.post(path)
    assert (answer.status_code, answer.json()["state"]) == (202, "in_review")
    assert first.post(path).status_code == 409
    assert second.post(path).json()["state"] == "approved"
