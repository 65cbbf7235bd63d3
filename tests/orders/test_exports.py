"""Results as a workbook: at once when small, by a worker when large, for whoever may see them (R89, R112, F60, F64)."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from orders import exports, results, workbook
from orders.models import Order
from tests.moments import MINUTE, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask import walking
from weitask.exports import make_due, next_due
from weitask.models import Export
from weitask.xlsx import MEDIA_TYPE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def large(monkeypatch):
    """A single order is too many to wait for."""
    monkeypatch.setattr(exports, "AT_ONCE", 0)


def rows_of(file) -> list[list]:
    return [list(row) for row in openpyxl.load_workbook(file).worksheets[0].values]


def is_workbook(answer) -> bool:
    """Whether an answer streams one; read to its end, it closes by itself."""
    return answer["Content-Type"] == MEDIA_TYPE and b"".join(answer).startswith(b"PK")


def asked(order) -> Export:
    return exports.ask(task=order.task, by=order.advertiser.user, now=MONDAY)


def made(order):
    """The file that a worker made."""
    export = asked(order)
    assert make_due(MONDAY) == 1
    export.refresh_from_db()
    with export.file.open("rb") as file:
        return BytesIO(file.read())


def test_a_workbook_has_a_row_for_each_order_with_all_its_columns(large):
    first, second = world.dispatched(starts=[world.START] * 2)
    earned = world.achieve(world.publish(world.accept(first)))
    Order.objects.filter(pk=earned.pk).update(reposts=12, text="=cmd|' /C calc'!A0")
    header, one, other = rows_of(made(earned))
    assert len(header) == 21
    shown = dict(zip(header, one, strict=True))
    assert (shown["订单编号"], shown["订单状态"], shown["微博内容"]) == (earned.number, "已达成", "=cmd|' /C calc'!A0")
    assert (shown["帐号价格（元）"], shown["合计（元）"], shown["转发数"]) == (100, 110, 12)
    assert shown["微博地址"].startswith(f"https://weibo.com/{earned.account.weibo.uid}/")
    assert (other[0], dict(zip(header, other, strict=True))["转发数"]) == (second.number, None)


def test_the_file_of_a_worker_is_the_one_a_page_would_give(large):
    orders = world.dispatched(starts=[world.START, world.START, world.START - MINUTE])
    at_once = openpyxl.load_workbook(BytesIO(workbook.of_task(results.report(orders[0].task))))
    by_worker = openpyxl.load_workbook(made(orders[0]))
    assert [list(sheet.values) for sheet in by_worker] == [list(sheet.values) for sheet in at_once]


def test_lines_are_read_batch_by_batch(monkeypatch, django_assert_num_queries):
    orders = world.dispatched(starts=[world.START] * 5)
    monkeypatch.setattr(walking, "STEP", 2)
    with django_assert_num_queries(4):
        lines = list(results.lines(orders[0].task))
    assert [line.order.pk for line in lines] == [order.pk for order in orders]


def test_a_large_task_waits_for_a_worker_that_hands_in_a_file(large):
    order = world.one()
    export = asked(order)
    assert next_due(MONDAY) == MONDAY
    assert make_due(MONDAY + MINUTE) == 1
    export.refresh_from_db()
    assert (export.ready_at, export.done, export.rows, export.percent) == (MONDAY + MINUTE, 1, 1, 100)
    with export.file.open("rb") as file:
        assert rows_of(file)[1][0] == order.number
    assert make_due(MONDAY + MINUTE) == 0


# --- pages ---


def test_a_small_task_is_downloaded_at_once():
    order = world.one()
    answer = logged_in(order.advertiser.user).get(reverse("task_export", args=[order.task_id]))
    assert "attachment" in answer["Content-Disposition"]
    assert is_workbook(answer)


def test_a_large_task_leads_to_a_page_that_shows_how_far_it_is(large):
    order = world.one()
    client = logged_in(order.advertiser.user)
    page = client.get(reverse("task_export", args=[order.task_id]), follow=True)
    assert "正在后台生成" in page.content.decode()
    export = Export.objects.get()
    part = reverse("export", args=[export.pk])
    assert client.get(part, headers={"HX-Request": "true"}).content.decode().count("<html") == 0
    assert client.get(reverse("export_file", args=[export.pk])).status_code == 404
    make_due(MONDAY)
    assert reverse("export_file", args=[export.pk]) in client.get(part).content.decode()
    assert is_workbook(client.get(reverse("export_file", args=[export.pk])))


@pytest.mark.parametrize("name", ["task_export", "export", "export_file"])
def test_a_stranger_finds_no_export(large, name):
    order, stranger = world.one(), world.one().advertiser.user
    export = asked(order)
    make_due(MONDAY)
    key = order.task_id if name == "task_export" else export.pk
    assert logged_in(stranger).get(reverse(name, args=[key])).status_code == 404


# --- the API ---


def test_the_api_answers_the_workbook_and_for_a_large_one_its_progress(monkeypatch):
    from tests.api.callers import Caller

    order = world.one()
    caller, path = Caller(order.advertiser.user), f"tasks/{order.task_id}/report.xlsx"
    assert is_workbook(caller.get(path))
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    answer = caller.get(path)
    assert (answer.status_code, answer.json(), answer["Retry-After"]) == (202, {"rows": 1, "done": 0}, "2")
    make_due(MONDAY)
    assert is_workbook(caller.get(path))


def test_a_caller_may_ask_for_a_workbook_by_its_type(large):
    from tests.api.callers import Caller

    order = world.one()
    answer = Caller(order.advertiser.user).client.get(
        f"/api/v1/tasks/{order.task_id}/report.xlsx", headers={"Accept": MEDIA_TYPE}
    )
    assert (answer.status_code, answer["Content-Type"]) == (202, "application/json")
