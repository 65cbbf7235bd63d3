"""The first page of the desk: what waits for whom (R16, A40, A48)."""

import pytest

from accounts import access, suspensions
from orders import appeals
from tests.accounts.people import in_group, make_reviewer
from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.orders.test_answering import refuse
from tests.orders.test_deciding import undecided
from tests.tasks.making import submitted
from weitask import work
from weitask.alarms import raise_alarm

pytestmark = pytest.mark.django_db


def titles(user):
    return [one.title for one in work.waiting(user)]


def appealed():
    """An open appeal about an unfair refusal."""
    order = refuse(world.one(), code="none")
    return appeals.appeal(order=order, by=order.owner, reason="当天微博服务故障，页面打不开", now=MONDAY + HOUR)


def test_each_desk_is_shown_its_own_queues_and_none_that_is_empty():
    submitted()
    MediaAccountFactory(review="pending", taking="off")
    undecided(world.published(), "straddle")
    assert titles(in_group(access.TASK_REVIEW)) == ["待审核的任务", "待裁定的订单"]
    assert titles(make_reviewer()) == ["待审的授权"]
    assert titles(in_group(access.FINANCE)) == []


def test_a_new_appeal_is_seen_on_the_first_page_until_it_is_decided(client):
    row, judge = appealed(), in_group(access.ACCOUNT_REVIEW)
    client.force_login(judge)
    page = client.get("/admin/").content.decode()
    assert "待处理的评级申诉" in page
    shown = client.get("/admin/orders/ratingappeal/?accepted__isempty=1").content.decode()
    assert row.order.number in shown
    appeals.decide(appeal=row, by=judge, accepted=False, reason="记录属实", now=MONDAY + 2 * HOUR)
    assert "没有等待处理的事项" in client.get("/admin/").content.decode()


def test_nobody_is_shown_their_own_business():
    row = appealed()
    owner = row.by
    owner.is_staff = owner.is_superuser = True
    owner.save()
    assert "待处理的评级申诉" not in titles(owner)


def test_who_proposed_a_suspension_is_not_asked_to_confirm_it():
    first, second = make_reviewer(), make_reviewer()
    suspensions.propose(account=MediaAccountFactory(), reason="流单过多", by=first, now=MONDAY)
    assert "待确认的暂停提议" not in titles(first)
    assert "待确认的暂停提议" in titles(second)


def test_more_than_99_are_not_told_apart():
    for number in range(100):
        raise_alarm(kind="test", key=str(number), text="x", now=MONDAY)
    [alarms] = work.waiting(in_group(access.FINANCE))
    assert (alarms.title, alarms.count) == ("未处理的告警", "99+")
