"""Reading tasks (spec 5)."""

import pytest

from tasks import queries, review
from tasks.models import Task
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import MONDAY
from tests.tasks.making import approved, draft, enterprise, reviewer, submitted

pytestmark = pytest.mark.django_db


def test_an_advertiser_sees_only_own_tasks():
    mine = draft()
    draft()
    assert [task.pk for task in queries.mine(advertiser=mine.advertiser)] == [mine.pk]
    with pytest.raises(Task.DoesNotExist):
        queries.visible_task(advertiser=AdvertiserFactory(), task_id=mine.pk)
    assert queries.visible_task(advertiser=mine.advertiser, task_id=mine.pk) == mine


def test_the_list_counts_selections_and_orders():
    accounts = [MediaAccountFactory(), MediaAccountFactory()]
    task = approved(draft(accounts=accounts)).task
    row = queries.mine(advertiser=task.advertiser).get()
    assert (row.selected, row.ordered) == (2, 2)


def test_the_last_decision_gives_the_reason():
    submission = submitted()
    task = submission.task
    assert queries.last_decision(task=task) is None
    review.reject(submission=submission, by=reviewer(), reason="请改图", now=MONDAY)
    assert queries.last_decision(task=task).reason == "请改图"


def test_the_number_waiting_is_the_reviewers_own_queue():
    person = reviewer()
    submitted()
    submitted(accounts=[MediaAccountFactory(weibo__user=person)])
    assert (queries.waiting(reviewer=person), queries.waiting(reviewer=reviewer())) == (1, 2)


def test_text_is_cut_at_the_edges_of_its_findings():
    findings = [
        {"where": "text", "start": 1, "end": 4, "shown": "a"},
        {"where": "text", "start": 3, "end": 5, "shown": "b"},
        {"where": "selection:0", "start": 0, "end": 1, "shown": "c"},
        {"where": "text", "start": 4, "end": 99, "shown": "d"},
    ]
    parts = queries.marked(text="0123456", where="text", findings=findings)
    assert [(part.text, [mark["shown"] for mark in part.marks]) for part in parts] == [
        ("0", []),
        ("12", ["a"]),
        ("3", ["a", "b"]),
        ("4", ["b"]),
        ("56", []),
    ]


def test_an_empty_text_has_no_parts():
    assert queries.marked(text="", where="text", findings=[]) == []


def test_tasks_that_can_be_stopped_are_those_approved_or_running():
    submitted()
    running = approved().task
    assert [task.pk for task in queries.live_tasks(reviewer=reviewer())] == [running.pk]


def test_the_history_counts_decisions_of_one_advertiser():
    advertiser = enterprise()
    approved(draft(advertiser))
    review.reject(submission=submitted(draft(advertiser)), by=reviewer(), reason="改", now=MONDAY)
    approved()
    assert queries.history(advertiser=advertiser) == {"approve": 1, "reject": 1}
