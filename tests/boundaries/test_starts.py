"""Start, lower and upper, and override start: from submit + 1 h to submit + 7 d, both ends in (R25, R26, A14, A17)."""

import pytest

from tasks.drafting import SelectionInput
from tasks.models import Submission
from tests.boundaries.doors import DOORS, add, submit
from tests.factories import MediaAccountFactory
from tests.moments import DAY, HOUR, MONDAY, SECOND
from tests.tasks.making import START, approved, draft

pytestmark = pytest.mark.django_db
EARLY, LATE = "开始时间须在提交时间的一小时之后", "开始时间不能晚于提交时间的 7 天之后"


def _of_task_and_row(door, why):
    """A start that the only row inherits: a page says it once, where it is typed; programs hear of the row too."""
    return [(None, why)] if door == "page" else [(None, why), (0, why)]


@pytest.mark.parametrize("door", DOORS)
def test_a_start_59_minutes_59_after_the_submit_is_refused(door):
    said = submit(door, draft(), now=START - HOUR + SECOND)
    assert said == _of_task_and_row(door, EARLY)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_a_start_one_hour_after_the_submit_passes(door):
    assert submit(door, draft(), now=START - HOUR) == []
    assert Submission.objects.get().submitted_at == START - HOUR


@pytest.mark.parametrize("door", DOORS)
def test_a_start_7_days_and_a_second_after_the_submit_is_refused(door):
    said = submit(door, draft(), now=START - 7 * DAY - SECOND)
    assert said == _of_task_and_row(door, LATE)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_a_start_7_days_after_the_submit_passes(door):
    assert submit(door, draft(), now=START - 7 * DAY) == []
    assert Submission.objects.get().start_at == START


def overriding():
    """Three accounts: the task's start, and its two ends seen from MONDAY 10:00."""
    own = (None, MONDAY + HOUR, MONDAY + 7 * DAY)
    return draft(selections=tuple(SelectionInput(MediaAccountFactory().pk, start) for start in own))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("off", "row", "why"), [(SECOND, 1, EARLY), (-SECOND, 2, LATE)], ids=["lower", "upper"])
def test_one_override_a_second_outside_refuses_the_whole_and_names_its_row(door, off, row, why):
    assert submit(door, overriding(), now=MONDAY + off) == [(row, why)]
    assert not Submission.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_overrides_at_both_ends_of_the_window_pass(door):
    assert submit(door, overriding(), now=MONDAY) == []
    assert Submission.objects.get().items.count() == 3


def adding(door, start, *, now):
    """增加订单 for `start`, to a task that was approved an hour before."""
    task = approved(now=MONDAY - HOUR).task
    return add(door, task, SelectionInput(MediaAccountFactory().pk, start), now=now)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("ahead", "off", "why"), [(HOUR, SECOND, EARLY), (7 * DAY, -SECOND, LATE)], ids=["lower", "upper"]
)
def test_an_addition_a_second_outside_is_refused_at_its_row(door, ahead, off, why):
    assert adding(door, MONDAY + ahead, now=MONDAY + off) == [(0, why)]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("ahead", [HOUR, 7 * DAY], ids=["lower", "upper"])
def test_an_addition_at_either_end_passes(door, ahead):
    assert adding(door, MONDAY + ahead, now=MONDAY) == []
