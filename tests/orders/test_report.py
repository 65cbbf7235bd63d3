"""结案报告: the spread of a task over time, what a thousand reached cost, and the page that prints (R66, R88)."""

import json
import re

import pytest

from orders import queries, results, spread
from orders.models import Reading
from tests.moments import DAY, HOUR, MINUTE, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask import clock
from weitask.money import yuan
from weitask.periods import shanghai

pytestmark = pytest.mark.django_db


def read(order, at, reposts, outcome="seen"):
    counts = {"reposts": reposts, "comments": 1, "likes": 2} if reposts is not None else {}
    Reading.objects.create(order=order, outcome=outcome, asked_at=at, answered_at=at, **counts)


@pytest.fixture
def posted(now):
    clock.pin(at=now + 5 * HOUR)
    return world.published()


def test_a_task_that_nobody_read_yet_has_no_points(posted):
    assert spread.of_task(posted.task) == []


def test_readings_of_one_hour_are_one_point_and_points_add_up(posted):
    for minutes, reposts in ((1, 3), (20, 5), (61, 9)):
        read(posted, MONDAY + minutes * MINUTE, reposts)
    points = spread.of_task(posted.task)
    assert [(point.hour, point.reposts, point.comments) for point in points] == [
        (MONDAY, 5, 1),
        (MONDAY + HOUR, 9, 1),
    ]


def test_a_reading_without_counts_changes_nothing_and_lost_reposts_are_taken_back(posted):
    read(posted, MONDAY, 10)
    read(posted, MONDAY + HOUR, None, outcome="unknown")
    read(posted, MONDAY + 2 * HOUR, 7)
    assert [point.reposts for point in spread.of_task(posted.task)] == [10, 7]


def test_another_tasks_readings_are_not_counted(posted):
    read(world.published(), MONDAY, 100)
    assert spread.of_task(posted.task) == []


def test_a_thousand_reached_cost_what_was_charged_for_them(posted):
    totals = results.report(posted.task).totals
    assert (totals.charged, totals.cpm) == (0, 0)
    earned = results.report(world.achieved().task).totals
    assert earned.cpm == round(earned.charged * 1000 / earned.reached)


def test_the_page_shows_the_chart_as_numbers_and_every_account(posted):
    read(posted, MONDAY, 10)
    read(posted, MONDAY + HOUR, 12)
    page = logged_in(posted.advertiser.user).get(f"/tasks/{posted.task_id}/report/").content.decode()
    chart = json.loads(re.search(r'id="spread" type="application/json">(.*?)</script>', page)[1])
    assert chart["moments"] == ["01-05 10:00", "01-05 11:00"]
    assert chart["lines"][0] == {"name": "转发数", "values": [10, 12]}
    assert f">@{posted.account.screen_name}<" in page
    assert "仍有订单在进行中" in page


def test_a_strange_advertiser_finds_no_report(posted):
    other = world.published().advertiser
    assert logged_in(other.user).get(f"/tasks/{posted.task_id}/report/").status_code == 404


def test_spend_counts_on_the_day_it_is_earned_and_reach_on_the_day_of_posting():
    order = world.achieved()
    days = queries.by_day(advertiser=order.advertiser, now=order.achieved_at, days=3)
    by_date = {one.day: (one.spent, one.reached) for one in days}
    earned, posted = shanghai(order.achieved_at).date(), shanghai(order.posted_at).date()
    assert (by_date[earned][0], by_date[posted][1]) == (order.total, order.followers)
    assert sum(one.spent for one in days) == order.total
    assert len(days) == 3


def test_a_day_outside_the_span_is_left_out():
    order = world.achieved()
    days = queries.by_day(advertiser=order.advertiser, now=order.achieved_at + 10 * DAY, days=3)
    assert {(one.spent, one.reached) for one in days} == {(0, 0)}


def test_the_home_fetches_spend_and_reach_as_numbers():
    order = world.achieved()
    clock.pin(at=order.achieved_at)
    client = logged_in(order.advertiser.user)
    assert 'hx-get="/trend/"' in client.get("/").content.decode()
    chart = json.loads(re.search(r'json">(.*?)</script>', client.get("/trend/").content.decode())[1])
    assert chart["lines"][0]["values"][-1] == yuan(order.total)
