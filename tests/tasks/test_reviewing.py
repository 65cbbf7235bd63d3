"""The decisions of a reviewer (R40-R41, R48-R49, A48, F36, F37)."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Notice
from billing import credit
from billing.models import AccountKind
from tasks import review, screening
from tasks.drafting import SelectionInput
from tasks.models import Decision, Submission, Task
from tests.billing.book import balance
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MINUTE, MONDAY, SECOND
from tests.tasks.making import START, approved, draft, enterprise, fund, held, reviewer, submitted
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db


def test_approval_freezes_the_money_and_sends_the_orders_out():  # R122
    submission = approved()
    advertiser = submission.task.advertiser
    assert (held(submission), balance(AccountKind.FROZEN, advertiser=advertiser)) == (0, 10_000)
    assert [order.state for order in submission.task.orders.all()] == ["dispatched"]
    assert Task.objects.get().state == "approved"


def test_an_approval_is_recorded_with_who_when_and_which_rules():
    submission = approved()
    decision = Decision.objects.get()
    assert (decision.submission, decision.verdict, decision.at) == (submission, "approve", MONDAY)
    assert decision.rule_version == screening.current().version


def test_a_decision_can_never_be_edited():
    approved()
    for statement in ("UPDATE tasks_decision SET reason = 'x'", "DELETE FROM tasks_decision"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_rejection_carries_its_reason_to_the_advertiser_and_drops_the_hold():
    submission = submitted()
    review.reject(submission=submission, by=reviewer(), reason="  图片中有违禁词  ", now=MONDAY)
    assert (held(submission), Task.objects.get().state) == (0, "rejected")
    assert Decision.objects.get().reason == "图片中有违禁词"
    assert "图片中有违禁词" in Notice.objects.get(kind="task_rejected").body


@pytest.mark.parametrize("reason", ["", "   ", "长" * 501])
def test_a_rejection_without_a_readable_reason_is_refused(reason):
    submission = submitted()
    with pytest.raises(Refusal):
        review.reject(submission=submission, by=reviewer(), reason=reason, now=MONDAY)
    assert held(submission) == 10_000


def test_the_second_decision_is_refused_and_names_the_first():
    submission = submitted()
    first = reviewer()
    review.approve(submission=submission, by=first, now=MONDAY)
    with pytest.raises(Conflict, match=first.username):
        review.reject(submission=submission, by=reviewer(), reason="太晚了", now=MONDAY)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("verb", ["approve", "reject", "halt"])
def test_only_reviewers_decide(verb):
    submission = approved() if verb == "halt" else submitted()
    subject = {"task": submission.task} if verb == "halt" else {"submission": submission}
    words = {} if verb == "approve" else {"reason": "理由"}
    for somebody in (submission.task.advertiser.user, UserFactory(), UserFactory(staff=True)):
        with pytest.raises(Forbidden):
            getattr(review, verb)(**subject, **words, by=somebody, now=MONDAY)


def test_a_reviewer_never_decides_on_an_own_task():
    both = reviewer()
    advertiser = AdvertiserFactory(user=both)
    submission = submitted(draft(fund(advertiser)))
    with pytest.raises(Forbidden):
        review.approve(submission=submission, by=both, now=MONDAY)
    assert not Submission.objects.reviewable_by(both).exists()


def test_a_reviewer_never_decides_on_a_task_that_pays_an_own_account():
    both = reviewer()
    submission = submitted(accounts=[MediaAccountFactory(weibo__user=both), MediaAccountFactory()])
    with pytest.raises(Forbidden):
        review.reject(submission=submission, by=both, reason="理由", now=MONDAY)
    assert not Task.objects.reviewable_by(both).exists()
    assert Submission.objects.reviewable_by(reviewer()).exists()


def test_not_even_a_superuser_decides_on_an_own_task():
    admin = UserFactory(staff=True, is_superuser=True)
    submission = submitted(accounts=[MediaAccountFactory(weibo__user=admin)])
    with pytest.raises(Forbidden):
        review.approve(submission=submission, by=admin, now=MONDAY)


def test_an_approval_without_the_money_is_refused_and_can_be_made_later():
    """The hold was covered by credit, which is cut before the approval (F37, F40)."""
    advertiser = enterprise(200_000)
    by = UserFactory()
    terms = credit.CreditTerms(100_000, "HT-1", MONDAY)
    credit.set_credit(advertiser=advertiser, terms=terms, by=by, now=MONDAY)
    submission = submitted(draft(advertiser, accounts=[MediaAccountFactory(price_original=250_000)]))
    credit.set_credit(advertiser=advertiser, terms=credit.CreditTerms(0, "HT-1", MONDAY + MINUTE), by=by, now=MONDAY)
    with pytest.raises(Refusal, match=r"500\.00") as refusal:
        review.approve(submission=submission, by=reviewer(), now=MONDAY + MINUTE)
    assert refusal.value.code == "not_enough_money"
    assert (Submission.objects.get().state, held(submission)) == ("in_review", 250_000)
    credit.set_credit(advertiser=advertiser, terms=credit.CreditTerms(50_000, "HT-2", MONDAY + HOUR), by=by, now=MONDAY)
    assert review.approve(submission=submission, by=reviewer(), now=MONDAY + HOUR).state == "approved"


def test_an_approval_lapses_what_has_started_and_orders_the_rest():
    early, late = MediaAccountFactory(), MediaAccountFactory()
    chosen = (SelectionInput(early.pk), SelectionInput(late.pk, START + HOUR))
    submission = submitted(draft(selections=chosen))
    review.approve(submission=submission, by=reviewer(), now=START)
    assert [order.account_id for order in submission.task.orders.all()] == [late.pk]
    assert balance(AccountKind.FROZEN, advertiser=submission.task.advertiser) == 10_000


def test_an_approval_after_every_start_is_too_late():
    submission = submitted()
    with pytest.raises(Conflict) as refusal:
        review.approve(submission=submission, by=reviewer(), now=START)
    assert refusal.value.code == "review_too_late"
    assert (Submission.objects.get().state, Task.objects.get().state, held(submission)) == ("lapsed", "lapsed", 0)


def test_an_approval_one_second_before_the_start_is_in_time():
    submission = submitted()
    assert review.approve(submission=submission, by=reviewer(), now=START - SECOND).state == "approved"


def test_a_lapsed_submission_says_that_it_lapsed():
    submission = submitted()
    review.lapse_due(START)
    with pytest.raises(Conflict, match="审核超时"):
        review.approve(submission=submission, by=reviewer(), now=START)


def test_the_advertiser_is_told_of_the_approval():
    submission = approved()
    notice = Notice.objects.get(kind="task_approved")
    assert (notice.user, notice.url) == (submission.task.advertiser.user, f"/tasks/{submission.task_id}/")


def test_a_move_that_lost_its_race_undoes_the_transaction():
    task = submitted().task
    with pytest.raises(Conflict):
        review._move_task(task, old=["draft"], new="in_review")


def test_a_rejection_after_every_start_is_too_late_as_well():
    submission = submitted()
    with pytest.raises(Conflict, match="审核超时"):
        review.reject(submission=submission, by=reviewer(), reason="太晚了", now=START)
    assert (Submission.objects.get().state, Task.objects.get().state, held(submission)) == ("lapsed", "lapsed", 0)
    assert not Decision.objects.exists()
