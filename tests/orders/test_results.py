"""What came of a task, what its advertiser is told, when it ends, what an owner may expect (R65, R66, R88-R89, A20)."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from accounts.models import Notice
from orders import closing, digests, dispatch, queries, results, settlement, workbook
from orders.models import Order
from tasks.models import Submission, Task, TaskState
from tests.factories import UserFactory
from tests.moments import DAY, FRIDAY, HOUR, MINUTE, MONDAY, SECOND
from tests.orders import world
from tests.orders.test_answering import refuse
from tests.orders.test_halting import halt
from tests.reckoning import reckon
from weitask.models import Alarm
from weitask.periods import SHANGHAI

pytestmark = pytest.mark.django_db


def running(task):
    Task.objects.filter(pk=task.pk).update(state=TaskState.RUNNING)
    task.refresh_from_db()
    return task


def inbox(task, kind):
    return list(Notice.objects.filter(user=task.advertiser.user, kind=kind).order_by("pk"))


# --- dispatch ---


def test_every_owner_is_told_of_the_new_order_with_the_net_income():
    orders = world.dispatched(starts=[world.START] * 2)
    for order in orders:
        notice = Notice.objects.get(user=order.owner)
        assert "100.00" in notice.body
        assert "110.00" not in notice.body
        assert (notice.url, notice.deliveries.get().address) == (f"/orders/{order.pk}/", order.account.weibo.uid)


def test_the_snapshots_are_those_of_the_submission():
    order = world.one()
    item = order.item
    assert (order.price, order.fee, order.followers, order.rating) == (
        item.price,
        item.fee,
        item.followers,
        item.rating,
    )
    assert (order.text, order.start_at, order.owner) == ("好吃", item.start_at, item.account.owner)


def test_later_changes_of_the_account_do_not_touch_an_order():
    order = world.one()
    type(order.account).objects.filter(pk=order.account_id).update(price_original=1, followers=5, rating=1)
    order.refresh_from_db()
    assert (order.price, order.followers, order.rating) == (10_000, 100_000, 60)


def test_a_lapsed_selection_becomes_no_order_and_a_second_call_makes_none():
    order = world.one()
    submission = order.item.submission
    submission.items.create(
        account=order.account, start_at=MONDAY, price=1, fee=0, followers=1, rating=1, lapsed_at=MONDAY
    )
    assert dispatch.create_orders(submission=submission, by=submission.submitted_by, now=MONDAY) == []
    assert submission.task.orders.count() == 1


def test_a_task_knows_its_first_and_last_start():
    orders = world.dispatched(starts=[world.START + HOUR, world.START])
    task = orders[0].task
    task.refresh_from_db()
    assert (task.first_start_at, task.last_start_at) == (world.START, world.START + HOUR)


# --- digests ---


def test_at_the_first_start_the_advertiser_gets_one_digest():
    first, _second, third = world.dispatched(starts=[world.START, world.START, world.START + HOUR])
    task = first.task
    world.accept(first)
    assert digests.next_due(MONDAY) == world.START
    assert digests.send_due(world.START - SECOND) == 0
    assert digests.send_due(world.START) == 1
    assert digests.send_due(world.START) == 0
    (digest,) = inbox(task, "task_started")
    assert digest.body == "接单1 流单1 拒单0\n等待处理 1"
    assert digests.next_due(world.START) == world.START + HOUR
    refuse(third, now=world.START + MINUTE)
    assert digests.send_due(world.START + HOUR) == 1
    (closing_one,) = inbox(task, "task_last_start")
    assert closing_one.body == "接单1 流单1 拒单1"
    assert digests.next_due(world.START + HOUR) is None


def test_a_task_with_a_single_start_gets_a_single_digest():
    order = world.one()
    assert digests.send_due(order.start_at) == 1
    assert digests.send_due(order.start_at + DAY) == 0
    assert not inbox(order.task, "task_last_start")


def test_an_added_later_start_gets_a_closing_digest_of_its_own():
    order = world.one()
    digests.send_due(order.start_at)
    world.dispatched(task=order.task, starts=[order.start_at + DAY], now=order.start_at + HOUR)
    assert digests.next_due(order.start_at) == order.start_at + DAY
    assert digests.send_due(order.start_at + DAY) == 1


def test_the_digest_counts_cancelled_orders_and_skips_stopped_tasks():
    order, other = world.accepted(), world.accepted()
    halt(order.task, now=MONDAY)
    assert digests.tallies(task_ids=[order.task_id, other.task_id], now=MONDAY) == {
        order.task_id: digests.Tally(cancelled=1),
        other.task_id: digests.Tally(accepted=1),
    }
    assert digests.send_due(world.START) == 1
    assert not inbox(order.task, "task_started")
    assert "已取消 2" in digests._words(digests.Tally(cancelled=2))


# --- closing ---


def test_a_task_ends_24_hours_after_its_last_start_when_nothing_is_frozen():
    order = world.published()
    task = running(order.task)
    end = order.start_at + DAY
    assert closing.next_due(MONDAY) is None  # its order still holds money
    assert closing.close_due(end) == 0
    world.achieve(order)
    assert closing.next_due(MONDAY) == end
    assert closing.close_due(end - SECOND) == 0
    assert closing.close_due(end) == 1
    task.refresh_from_db()
    assert (task.state, task.ended_at) == (TaskState.ENDED, end)
    assert world.frozen(order) == 0
    assert closing.close_due(end) == 0


def test_a_task_with_an_addition_in_review_does_not_end():
    order = refuse(world.one())
    running(order.task)
    Submission.objects.create(
        task=order.task,
        number=9,
        addition=True,
        form="original",
        start_at=world.START,
        submitted_at=MONDAY,
        submitted_by=order.advertiser.user,
        net=1,
        fee=0,
        coverage=1,
        rule_version="test",
    )
    assert closing.close_due(world.START + 2 * DAY) == 0


def test_a_task_that_cannot_be_closed_raises_an_alarm(monkeypatch):
    order = refuse(world.one())
    running(order.task)

    def broken(**_):
        raise RuntimeError("broken")

    monkeypatch.setattr(closing.review, "close", broken)
    assert closing.close_due(world.START + 2 * DAY) == 0
    assert Alarm.objects.get(kind="sweep_row").key == f"orders.close:{order.task_id}"


# --- report ---


def test_the_report_adds_up_by_label_and_by_fen():
    orders = world.dispatched(starts=[world.START] * 4)
    task = orders[0].task
    refuse(orders[0])
    earned = world.achieve(world.publish(world.accept(orders[1])))
    world.accept(orders[2])
    Order.objects.filter(pk=earned.pk).update(reposts=12, comments=3, likes=4)
    report = results.report(task)
    totals = report.totals
    assert {slug: count for slug, count in report.by_label.items() if count} == {
        "refused": 1,
        "achieved": 1,
        "accepted": 1,
        "dispatched": 1,
    }
    assert (totals.orders, totals.posted, totals.coverage, totals.reached) == (4, 1, 400_000, 100_000)
    assert (totals.cost, totals.frozen, totals.charged, totals.released) == (44_000, 22_000, 11_000, 11_000)
    assert (totals.reposts, totals.comments, totals.likes, totals.goodwill) == (12, 3, 4, 0)
    assert [str(line.label) for line in report.lines] == ["拒单", "已达成", "已接单", "派单"]
    assert [line.is_posted for line in report.lines] == [False, True, False, False]
    assert report.review_lapsed == 0


def test_the_report_of_a_task_without_orders_is_empty():
    report = results.report(world.task_in())
    assert (report.lines, report.totals.cost) == ([], 0)


# --- what may be seen, and what to expect ---


def test_owners_and_advertisers_see_their_own_orders_only():
    order, other = world.one(), world.one()
    assert list(queries.of_owner(order.owner)) == [order]
    assert list(queries.of_advertiser(order.advertiser)) == [order]
    assert list(queries.of_owner(UserFactory())) == []
    assert other not in queries.of_owner(order.owner)


@pytest.mark.parametrize(
    ("earned_at", "friday"), [(FRIDAY, FRIDAY), (FRIDAY + SECOND, FRIDAY + 7 * DAY), (FRIDAY - SECOND, FRIDAY)]
)
def test_the_forecast_is_the_friday_that_takes_the_order_in(earned_at, friday):
    order = world.publish(world.accepted(), posted_at=earned_at - DAY)
    assert queries.forecast(order) == friday
    assert queries.forecast(world.achieve(order)) == friday


def test_an_order_proven_after_its_batch_is_forecast_for_the_next():
    world.achieved()
    late = world.publish(world.accepted(), posted_at=FRIDAY - DAY)
    settlement.settle(cutoff=FRIDAY, now=FRIDAY + HOUR)
    world.achieve(late, at=FRIDAY + 2 * HOUR)
    assert queries.forecast(queries.of_owner(late.owner).get()) == FRIDAY + 7 * DAY


def test_an_order_in_a_batch_has_no_forecast():
    order = world.achieved()
    settlement.settle(cutoff=FRIDAY, now=FRIDAY + HOUR)
    assert queries.forecast(queries.of_owner(order.owner).get()) is None


def test_an_order_that_will_not_be_paid_has_no_forecast():
    assert queries.forecast(world.one()) is None


def test_the_evidence_of_an_order_is_all_there():
    order = world.published()
    evidence = queries.evidence(order)
    assert [event.new for event in evidence.events] == ["dispatched", "accepted", "published"]
    assert (evidence.attempts, evidence.readings, evidence.verdicts) == ([], [], [])


def test_totals_of_many_tasks_come_in_one_query(django_assert_num_queries):
    order, other = world.accepted(), world.one()
    tasks = [order.task, other.task]
    with django_assert_num_queries(1):
        totals = queries.task_totals(tasks)
    assert [totals[one.task_id]["taken"] for one in (order, other)] == [1, 0]
    assert totals[order.task_id]["cost"] == 11_000


def test_the_content_of_an_order_is_what_will_be_posted():
    assert queries.content(world.one()) == {"form": "original", "text": "好吃", "source_url": "", "source_text": ""}


def test_the_workbook_has_a_row_for_each_order_and_the_totals():
    done, refused = world.dispatched(starts=[world.START, world.START + HOUR])
    world.publish(world.accept(done))
    refuse(refused, code="time")
    Order.objects.filter(pk=done.pk).update(reposts=7)
    file = BytesIO(workbook.of_task(results.report(done.task)))
    orders, totals = load_workbook(file, data_only=True).worksheets
    head, *rows = orders.iter_rows(values_only=True)
    first, second = (dict(zip(head, row, strict=True)) for row in rows)
    assert (first["订单状态"], first["转发数"], first["合计（元）"]) == ("已发布", 7, 110)
    assert first["开始时间（北京时间）"] == world.START.astimezone(SHANGHAI).replace(tzinfo=None)
    assert (second["订单状态"], second["转发数"]) == ("拒单", None)
    assert second["拒单原因"].startswith("时间安排不便 ")
    summed = dict(totals.iter_rows(values_only=True))
    assert (summed["订单金额（元）"], summed["冻结金额（元）"], summed["已退回（元）"]) == (220, 110, 110)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_totals_are_formulas_that_come_to_the_same_over_the_rows(language):
    orders = world.dispatched(starts=[world.START] * 4)
    refuse(orders[0])
    world.achieve(world.publish(world.accept(orders[1])))
    settlement.settle(cutoff=FRIDAY, now=FRIDAY + HOUR)
    world.publish(world.accept(orders[2]))
    Order.objects.filter(pk=orders[2].pk).update(reposts=7, comments=2)
    with translation.override(language):
        file = BytesIO(workbook.of_task(results.report(orders[0].task)))
    reckoned, shown = load_workbook(file), load_workbook(file, data_only=True)
    formulas = [cell for (cell,) in reckoned.worksheets[1]["B2:B30"] if cell.data_type == "f"]
    assert len(formulas) == 19
    for cell in formulas:
        assert reckon(reckoned, cell.value) == Decimal(str(shown.worksheets[1][cell.coordinate].value)), cell.value
