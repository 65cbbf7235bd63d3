"""Results as a workbook: at once when small, by a worker when large, for whoever may see them (R89, R112, F60, F64)."""

from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse

from orders import exports, results, workbook
from orders.models import Export, Order
from tests.factories import UserFactory
from tests.moments import DAY, MINUTE, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask.models import Alarm
from weitask.refusal import Refusal
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


def asked(order, *, now=MONDAY) -> Export:
    return exports.ask(task=order.task, by=order.advertiser.user, now=now)


def made(order):
    """The file that a worker made."""
    export = asked(order)
    assert exports.make_due(MONDAY) == 1
    export.refresh_from_db()
    with export.file.open("rb") as file:
        return BytesIO(file.read())


def wait_is_over(export) -> None:
    """The worker that had it is taken for dead."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_export SET claimed_until = clock_timestamp() WHERE id = %s", [export.pk])


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
    monkeypatch.setattr(results, "BATCH", 2)
    heard: list[int] = []
    with django_assert_num_queries(4):
        lines = list(results.lines(orders[0].task, progress=heard.append))
    assert [line.order.pk for line in lines] == [order.pk for order in orders]
    assert heard == [2, 4, 5]


def test_a_large_task_waits_for_a_worker_that_hands_in_a_file(large):
    order = world.one()
    export = asked(order)
    assert exports.next_due(MONDAY) == MONDAY
    assert exports.make_due(MONDAY + MINUTE) == 1
    export.refresh_from_db()
    assert (export.ready_at, export.done, export.rows, export.percent) == (MONDAY + MINUTE, 1, 1, 100)
    with export.file.open("rb") as file:
        assert rows_of(file)[1][0] == order.number
    assert exports.make_due(MONDAY + MINUTE) == 0


def test_asking_again_within_ten_minutes_means_the_same_one(large):
    order = world.one()
    first = asked(order)
    exports.make_due(MONDAY)
    assert asked(order, now=MONDAY + 9 * MINUTE).pk == first.pk
    assert asked(order, now=MONDAY + 10 * MINUTE).pk != first.pk


def test_one_person_has_no_more_than_five_waiting():
    order = world.one()
    for _ in range(exports.MOST_WAITING):
        Export.objects.create(task=world.task_in(), by=order.advertiser.user, asked_at=MONDAY, rows=1)
    with pytest.raises(Refusal) as refusal:
        asked(order)
    assert refusal.value.code == "exports_waiting"


def test_an_export_that_a_dead_worker_had_begun_is_begun_anew(large, monkeypatch):
    export = asked(world.one())
    with monkeypatch.context() as patch:
        patch.setattr(exports, "_make", lambda *_, **__: 1 / 0)
        assert exports.make_due(MONDAY) == 0
    assert exports.make_due(MONDAY) == 0  # the claim has not run out
    wait_is_over(export)
    assert exports.make_due(MONDAY) == 1


def test_after_three_failures_a_person_is_told(large, monkeypatch):
    export = asked(world.one())
    monkeypatch.setattr(exports, "_make", lambda *_, **__: 1 / 0)
    for _ in range(exports.TRIES):
        assert not Alarm.objects.exists()
        exports.make_due(MONDAY)
        wait_is_over(export)
    export.refresh_from_db()
    assert export.failed_at == MONDAY
    assert Alarm.objects.get(kind="sweep_row").key == f"orders.exports:{export.pk}"


def test_of_two_workers_one_hands_its_file_in(large, tmp_path):
    export = asked(world.one())
    assert exports._make(export, now=MONDAY) == 1
    assert exports._make(export, now=MONDAY) == 0
    assert len(list((tmp_path / "exports").iterdir())) == 1


def test_a_file_is_kept_for_seven_days(large, tmp_path):
    export = asked(world.one())
    exports.make_due(MONDAY)
    assert exports.next_due(MONDAY) == MONDAY + 7 * DAY
    exports.make_due(MONDAY + 7 * DAY)
    assert not Export.objects.filter(pk=export.pk).exists()
    assert list((tmp_path / "exports").iterdir()) == []
    assert exports.next_due(MONDAY) is None


def test_a_failed_export_is_forgotten_too():
    Export.objects.create(task=world.task_in(), by=UserFactory(), asked_at=MONDAY, failed_at=MONDAY, rows=1)
    exports.make_due(MONDAY + 8 * DAY)
    assert not Export.objects.exists()


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
    exports.make_due(MONDAY)
    assert reverse("export_file", args=[export.pk]) in client.get(part).content.decode()
    assert is_workbook(client.get(reverse("export_file", args=[export.pk])))


def test_a_failed_export_offers_another(large):
    order = world.one()
    export = asked(order)
    Export.objects.filter(pk=export.pk).update(failed_at=MONDAY)
    page = logged_in(order.advertiser.user).get(reverse("export", args=[export.pk]))
    assert reverse("task_export", args=[order.task_id]) in page.content.decode()


@pytest.mark.parametrize("name", ["task_export", "export", "export_file"])
def test_a_stranger_finds_no_export(large, name):
    order, stranger = world.one(), world.one().advertiser.user
    export = asked(order)
    exports.make_due(MONDAY)
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
    exports.make_due(MONDAY)
    assert is_workbook(caller.get(path))


def test_a_caller_may_ask_for_a_workbook_by_its_type(large):
    from tests.api.callers import Caller

    order = world.one()
    answer = Caller(order.advertiser.user).client.get(
        f"/api/v1/tasks/{order.task_id}/report.xlsx", headers={"Accept": MEDIA_TYPE}
    )
    assert (answer.status_code, answer["Content-Type"]) == (202, "application/json")
