"""A task's timeline and the way of its money, read from the book (R66, A13)."""

import pytest
from django.urls import reverse

from orders import answering, results, story
from tasks import review
from tests.factories import MediaAccountFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY
from tests.orders import world
from tests.orders.test_answering import refuse
from tests.pages.test_every_page import logged_in
from tests.tasks.making import START, approved, draft, enterprise, reviewer, submitted
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def task():
    """One order earned, one refused, one lapsed, one still open."""
    starts = [world.START, world.START + HOUR, world.START + 2 * HOUR, world.START + 3 * DAY]
    earned, refused, _lapsed, _open = world.dispatched(accounts=[MediaAccountFactory() for _ in starts], starts=starts)
    refuse(refused)
    world.achieve(world.publish(world.accept(earned)))
    answering.expire_due(world.START + 2 * HOUR)
    return earned.task


def test_the_flow_of_money_ends_at_what_the_report_says_is_frozen(task):
    money, totals = story.money(task), results.summary(task).totals
    assert money.flow[-1].frozen == totals.frozen == 11_000
    by_day = [(line.what[:2], line.orders, line.amount, line.frozen) for line in money.flow]
    assert by_day == [
        ("审核", 4, 44_000, 44_000),
        ("未执", 2, 22_000, 22_000),
        ("达成", 1, 10_000, 12_000),
        ("达成", 1, 1_000, 11_000),
    ]


def test_money_in_review_is_held_and_nothing_has_flowed_yet():
    money = story.money(submitted().task)
    assert (money.held, money.flow) == (10_000, [])


def test_each_day_has_its_own_lines(task):
    assert [line.day.isoformat() for line in story.money(task).flow] == ["2026-01-05"] * 2 + ["2026-01-06"] * 2


def test_the_timeline_tells_of_submission_review_and_orders_the_latest_first():
    submission = approved()
    order = submission.task.orders.get()
    world.accept(order, at=MONDAY + MINUTE)
    review.halt(task=submission.task, by=reviewer(), reason="内容违规", now=MONDAY + 2 * MINUTE)
    told = [one.title for one in story.timeline(submission.task)]
    assert (set(told[:2]), told[2]) == ({"审核：紧急叫停", "已取消"}, "已接单")
    assert set(told[3:]) == {"派单", "审核：通过", "提交审核"}
    assert "内容违规" in [one.detail for one in story.timeline(submission.task)]


def test_what_many_did_within_an_hour_is_one_line():
    accounts = [MediaAccountFactory() for _ in range(3)]
    task = approved(draft(enterprise(), accounts=accounts)).task
    for number, order in enumerate(task.orders.order_by("pk")):
        world.accept(order, at=MONDAY + number * MINUTE)
    [line] = [one for one in story.timeline(task) if one.tone == "accepted"]
    assert "等 3 个帐号" in line.detail


def test_the_page_brings_the_story_and_strangers_do_not_read_it(task):
    clock.pin(at=MONDAY)
    address = reverse("task_story", args=[task.pk])
    assert address in logged_in(task.advertiser.user).get(reverse("task", args=[task.pk])).content.decode()
    shown = logged_in(task.advertiser.user).get(address).content.decode()
    assert "资金流向" in shown
    assert logged_in(enterprise().user).get(address).status_code == 404


def test_after_submission_the_page_says_what_comes_next():
    clock.pin(at=MONDAY)
    task = submitted().task
    page = logged_in(task.advertiser.user).get(reverse("task", args=[task.pk])).content.decode()
    assert "接下来" in page
    assert f"{START:%Y-%m-%d %H:%M}" in page
