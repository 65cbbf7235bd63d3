"""紧急叫停 foreseen order by order, and the sheet of what came of it (R85, R86, A21-A23, F45)."""

import pytest

from orders import halting
from orders.models import Order, PublishAttempt
from tasks import review
from tasks.desk import fates
from tasks.desk.fates import Kind
from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.orders.test_answering import refuse
from tests.tasks.making import reviewer
from weitask import clock

pytestmark = pytest.mark.django_db
TASKS = "/admin/tasks/task/"


@pytest.fixture
def orders():
    """One of each: waiting, accepted, on the wire, posted, earned and deleted since, refused."""
    starts = [world.START + number * HOUR for number in range(6)]
    made = world.dispatched(accounts=[MediaAccountFactory() for _ in starts], starts=starts)
    _waiting, taken, flying, posted, gone, refused = made
    for order in (taken, flying, posted, gone):
        world.accept(order)
    PublishAttempt.objects.create(order=flying, number=1, state="unknown", armed_at=world.START)
    world.publish(posted)
    world.achieve(world.publish(gone))
    Order.objects.filter(pk=gone.pk).update(deleted_early=True)
    refuse(refused)
    return made


def kinds(task):
    return [fate.kind for fate in fates.of_task(task)]


def stop(task):
    review.halt(task=task, by=reviewer(), reason="内容违规", now=MONDAY + 30 * HOUR)
    task.refresh_from_db()


FORESEEN = [Kind.CANCEL, Kind.CANCEL, Kind.WAIT, Kind.EXEMPT, Kind.NONE, Kind.NONE]


def test_the_dry_list_is_what_then_happens(orders):
    task = orders[0].task
    assert kinds(task) == FORESEEN
    stop(task)
    assert kinds(task) == FORESEEN
    cancelled = Order.objects.filter(task=task, state="cancelled", cause="halt")
    assert cancelled.count() == FORESEEN.count(Kind.CANCEL)
    assert Order.objects.filter(task=task, exempt_from__isnull=False).count() == FORESEEN.count(Kind.EXEMPT)


def test_the_money_of_the_dry_list_is_what_is_given_back(orders):
    task = orders[0].task
    foreseen, before = fates.cost(fates.of_task(task), Kind.CANCEL), world.available(orders[0])
    stop(task)
    assert world.available(orders[0]) == before + foreseen


def test_looking_changes_nothing(orders):
    before = list(Order.objects.order_by("pk").values())
    fates.of_task(orders[0].task)
    assert list(Order.objects.order_by("pk").values()) == before


def test_the_desk_lists_every_order_before_and_after(client, orders):
    clock.pin(at=MONDAY + 30 * HOUR)
    task = orders[0].task
    client.force_login(reviewer())
    page = client.get(f"{TASKS}{task.pk}/halt/").content.decode()
    assert all(order.number in page for order in orders)
    assert "取消 2 个未发布的订单，解冻并退回 220.00 元" in page
    sheet = client.post(f"{TASKS}{task.pk}/halt/", {"confirmed": "yes", "reason": "内容违规"}).content.decode()
    for words in ("已取消，没有发布", "已通知帐号主删除", "发布结果待确认", "没有受影响"):
        assert words in sheet


def test_the_sheet_is_there_later_and_knows_what_was_decided_since(client, orders):
    task, flying = orders[0].task, orders[2]
    stop(task)
    client.force_login(reviewer())
    assert "halt-result" in client.get(f"{TASKS}{task.pk}/change/").content.decode()
    PublishAttempt.objects.filter(order=flying).update(state="absent")
    halting.finish_due(MONDAY + 31 * HOUR)
    sheet = client.get(f"{TASKS}{task.pk}/halt-result/").content.decode()
    assert "内容违规" in sheet
    assert "发布结果待确认" not in sheet


def test_there_is_no_sheet_of_a_task_that_runs(client, orders):
    client.force_login(reviewer())
    assert client.get(f"{TASKS}{orders[0].task_id}/halt-result/").status_code == 404
