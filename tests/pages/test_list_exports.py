"""Lists as workbooks: the rows of the page with its filters, for whom the page is, with what they may see (R5, R7)."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Notice
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask import clock, lists

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


def sheet(user, name, **asked):
    """Rows of the file as dictionaries by heading."""
    answer = logged_in(user).get(reverse(name), {"format": "xlsx", **asked})
    assert answer["Content-Type"].endswith("sheet")
    head, *rows = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def owner_of(order):
    order.owner.identity = "media"
    order.owner.save()
    return order.owner


def test_the_market_is_exported_as_it_is_filtered_and_sorted():
    MediaAccountFactory(screen_name="小火锅", price_original=10_000)
    MediaAccountFactory(screen_name="大火锅", price_original=20_050, accept_rate_bp=8_750)
    MediaAccountFactory(screen_name="别的")
    rows = sheet(AdvertiserFactory().user, "market", q="火锅", ordering="price")
    assert [row["微博昵称"] for row in rows] == ["小火锅", "大火锅"]
    assert (rows[1]["原发价格（元）"], rows[1]["接单率（%）"]) == (200.5, 87.5)


def test_a_personal_user_exports_the_pool_and_their_columns_only():
    MediaAccountFactory(screen_name="看不见")
    MediaAccountFactory(screen_name="看得见", specific_one=True)
    [row] = sheet(AdvertiserFactory(personal=True).user, "market")
    assert set(row) == {"微博昵称", "帐号类别", "粉丝数", "评级", "转发价格（元）"}
    assert row["微博昵称"] == "看得见"


def test_tasks_are_exported_with_what_their_orders_come_to():
    order = world.accepted()
    world.task_in(advertiser=order.advertiser)
    rows = sheet(order.advertiser.user, "tasks")
    [mine] = [row for row in rows if row["任务编号"] == str(order.task_id)]
    assert len(rows) == 2
    assert (mine["订单数"], mine["费用（元）"]) == (1, 110)
    assert sheet(order.advertiser.user, "tasks", state="draft") == []


def test_an_owner_exports_net_incomes_and_nobody_elses_orders():
    order = world.one()
    world.one(starts=[world.START + HOUR])
    [row] = sheet(owner_of(order), "orders")
    assert (row["订单编号"], row["净收入（元）"], row["订单状态"]) == (order.number, 100, "派单")
    assert sheet(order.owner, "orders", state="refused") == []


def test_statements_are_exported_to_the_fen():
    order = world.achieved()
    spent = sheet(order.advertiser.user, "wallet")
    assert sum(Decimal(str(row["金额（元）"])) for row in spent if row["事由"] == "冻结") == 0
    earned = sheet(owner_of(order), "earnings")
    assert [(row["事由"], row["金额（元）"]) for row in earned] == [("订单收入", 100)]


def test_a_file_ends_at_its_greatest_length(monkeypatch):
    monkeypatch.setattr(lists, "MOST", 2)
    for _ in range(3):
        MediaAccountFactory()
    assert len(sheet(AdvertiserFactory().user, "market")) == 2


def test_a_stranger_is_sent_to_the_login(client):
    assert client.get(reverse("wallet"), {"format": "xlsx"}).status_code == 302


def test_notices_are_exported_with_the_filter_of_the_page():
    user = UserFactory()
    for number, seen in enumerate((None, MONDAY)):
        Notice.objects.create(user=user, dedupe=f"{number}", title=f"通知 {number}", created_at=MONDAY, read_at=seen)
    assert [row["标题"] for row in sheet(user, "notices", ordering="oldest")] == ["通知 0", "通知 1"]
    assert [row["标题"] for row in sheet(user, "notices", unread="1")] == ["通知 0"]


def test_an_owner_exports_and_sorts_their_own_accounts_only():
    few, many = MediaAccountFactory(followers=10), MediaAccountFactory(followers=20, price_repost=12_345)
    owner = owner_of(world.one(accounts=[few]))
    many.owner, many.weibo.user = owner, owner
    many.weibo.save()
    many.save()
    MediaAccountFactory(followers=30)
    rows = sheet(owner, "media_accounts", ordering="-followers")
    assert [row["粉丝数"] for row in rows] == [20, 10]
    assert rows[0]["转发收入（元）"] == 123.45
