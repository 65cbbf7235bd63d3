"""What time does to tasks (A15, spec 3)."""

import pytest

from accounts.models import Notice
from tasks import jobs, lateness, review
from tasks.drafting import SelectionInput
from tasks.models import Submission, Task
from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MINUTE, MONDAY, SECOND
from tests.tasks.making import START, approved, codes, draft, held, reviewer, submitted
from weitask import sweeps
from weitask.models import Alarm
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db
HALF = 30 * MINUTE


def test_a_selection_lapses_at_its_start_and_not_before():
    submission = submitted()
    assert review.lapse_due(START - SECOND) == 0
    assert review.lapse_due(START) == 1
    assert (Submission.objects.get().state, Task.objects.get().state, held(submission)) == ("lapsed", "lapsed", 0)


def test_only_the_selections_that_started_lapse_and_their_part_of_the_hold_drops():
    chosen = (SelectionInput(MediaAccountFactory().pk), SelectionInput(MediaAccountFactory().pk, START + HOUR))
    submission = submitted(draft(selections=chosen))
    assert review.lapse_due(START) == 1
    stored = Submission.objects.get()
    assert (stored.state, stored.next_start_at, held(submission)) == ("in_review", START + HOUR, 10_000)
    assert [item.lapsed_at for item in submission.items.order_by("start_at")] == [START, None]


def test_a_lapsed_task_can_be_submitted_again():
    task = submitted().task
    review.lapse_due(START)
    with pytest.raises(Refusal) as refusal:
        review.submit(task=task, by=task.advertiser.user, now=START)
    assert ("start_too_early", 0) in codes(refusal)


def test_the_advertiser_is_told_of_what_lapsed():
    submitted()
    review.lapse_due(START)
    assert "1 个帐号" in Notice.objects.get(kind="task_lapsed").body


def test_lapsing_twice_changes_nothing():
    submitted()
    review.lapse_due(START)
    assert review.lapse_due(START + HOUR) == 0


def test_a_row_that_fails_does_not_stop_the_others(monkeypatch):
    broken, fine = submitted(), submitted()
    real = review._lapse_items

    def lapse(held_one, *, now):
        if held_one.pk == broken.pk:
            raise RuntimeError("boom")
        return real(held_one, now=now)

    monkeypatch.setattr(review, "_lapse_items", lapse)
    assert review.lapse_due(START) == 1
    assert Submission.objects.get(pk=fine.pk).state == "lapsed"
    assert Alarm.objects.filter(kind="sweep_row").count() == 1


def test_a_submission_decided_meanwhile_does_not_lapse():
    submission = submitted()
    review.lapse_due(START)
    assert review._lapse_one(submission.pk, now=START) == 0


def test_half_an_hour_before_a_start_in_review_an_alarm_rings_once():
    submitted()
    assert lateness.alarm_due(START - HALF - SECOND) == 0
    assert (lateness.alarm_due(START - HALF), lateness.alarm_due(START - HALF)) == (1, 0)
    assert Alarm.objects.get().kind == "review_late"


def test_the_next_start_in_review_gets_its_own_alarm():
    chosen = (SelectionInput(MediaAccountFactory().pk), SelectionInput(MediaAccountFactory().pk, START + HOUR))
    submitted(draft(selections=chosen))
    lateness.alarm_due(START - HALF)
    review.lapse_due(START)
    assert lateness.alarm_due(START + HALF) == 1
    assert list(Alarm.objects.order_by("pk").values_list("resolved_at", flat=True)) == [START, None]


def alarmed():
    """A submission whose alarm rings."""
    submission = submitted()
    lateness.alarm_due(START - HALF)
    return submission


def test_the_alarm_closes_when_the_task_lapses():
    alarmed()
    review.lapse_due(START)
    assert Alarm.objects.get().resolved_at == START


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_the_alarm_closes_when_a_reviewer_has_come(verdict):
    submission, more = alarmed(), {"reason": "内容有误"} if verdict == "reject" else {}
    getattr(review, verdict)(submission=submission, by=reviewer(), now=START - MINUTE, **more)
    assert Alarm.objects.get().resolved_at == START - MINUTE


def test_the_alarm_of_another_task_stays_open():
    first, other = submitted(), submitted()
    lateness.alarm_due(START - HALF)
    review.approve(submission=first, by=reviewer(), now=START - MINUTE)
    assert Alarm.objects.get(resolved_at=None).key.startswith(f"{other.pk}:")


def test_the_sweep_knows_when_it_is_next_due():
    assert review.lapse_next(MONDAY) is None
    submitted()
    assert review.lapse_next(MONDAY) == START - HALF
    lateness.alarm_due(START - HALF)
    assert review.lapse_next(MONDAY) == START
    review.lapse_due(START)
    assert review.lapse_next(MONDAY) is None


def test_a_task_begins_at_its_first_start():
    assert review.begin_next(MONDAY) is None
    approved()
    assert review.begin_next(MONDAY) == START
    assert review.begin_due(START - SECOND) == 0
    assert review.begin_due(START) == 1
    assert (Task.objects.get().state, review.begin_next(START)) == ("running", None)


def test_the_sweeps_are_registered():
    assert jobs.review is review
    assert {"tasks.lapse", "tasks.begin"} <= set(sweeps.REGISTRY)
    submitted()
    assert sweeps.look("tasks.lapse", now=START - HALF) == 1  # the alarm
    assert sweeps.look("tasks.lapse", now=START) == 1
    assert sweeps.look("tasks.begin", now=START) == 0


def test_a_running_task_is_closed():
    task = approved().task
    review.begin_due(START)
    assert review.close(task_ids=[task.pk], now=START + HOUR) == 1
    stored = Task.objects.get()
    assert (stored.state, stored.ended_at) == ("ended", START + HOUR)


def test_a_task_with_an_addition_in_review_runs_on():
    task = approved().task
    chosen = [SelectionInput(MediaAccountFactory().pk, START, "新说法")]
    review.add_orders(task=task, by=task.advertiser.user, selections=chosen, now=MONDAY)
    review.begin_due(START)
    assert review.close(task_ids=[task.pk], now=START) == 0


def test_a_task_that_never_began_is_not_closed():
    assert review.close(task_ids=[approved().task.pk], now=START) == 0
