"""Lists as workbooks: the rows of the page with its filters, for whom the page is, with what they may see (R5, R7)."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import MediaAccount, Notice, User
from billing.models import Entry
from orders import sheets
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask import clock, exports, lists, walking
from weitask.models import Export

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


@pytest.fixture
def long(monkeypatch, settings, tmp_path):
    """Two rows are too many to wait for; a worker reads two at a time."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(lists, "MOST", 1)
    monkeypatch.setattr(walking, "STEP", 2)


def by_worker(user, name, meanwhile=lambda: None, **asked):
    """Rows of the file that a worker makes; nobody else finds it."""
    client = logged_in(user)
    page = client.get(reverse(name), {"format": "xlsx", **asked})["Location"]
    assert "正在后台生成" in client.get(page).content.decode()
    meanwhile()
    assert exports.make_due(MONDAY) == 1
    assert logged_in(UserFactory()).get(f"{page}file/").status_code == 404
    content = b"".join(client.get(f"{page}file/"))
    head, *rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def orders_of_one(*hours):
    """An owner whose accounts have an order each, so many hours after the first start; the numbers as dispatched."""
    owner = UserFactory(identity="media")
    accounts = [MediaAccountFactory(weibo__user=owner) for _ in hours]
    orders = world.dispatched(accounts=accounts, starts=[world.START + HOUR * at for at in hours])
    return owner, sorted(orders, key=lambda one: accounts.index(one.account))


def test_a_long_market_is_exported_whole_by_a_worker(long):
    for price in (300, 100, 500, 200, 400):
        MediaAccountFactory(screen_name=f"火锅{price}", price_original=price * 100)
    MediaAccountFactory(screen_name="别的")
    rows = by_worker(AdvertiserFactory().user, "market", q="火锅", ordering="price")
    assert [row["原发价格（元）"] for row in rows] == [100, 200, 300, 400, 500]


def test_a_long_list_of_orders_is_its_owners_alone_in_the_order_of_the_page(long):
    owner, orders = orders_of_one(2, 0, 1)
    world.one(starts=[world.START + 3 * HOUR])  # somebody else's
    rows = by_worker(owner, "orders", ordering="start")
    assert [row["订单编号"] for row in rows] == [orders[at].number for at in (1, 2, 0)]
    assert [row["订单编号"] for row in by_worker(owner, "orders")] == sorted(
        (one.number for one in orders), reverse=True
    )


def test_a_long_statement_is_exported_whole_by_a_worker(long):
    order = world.achieved()
    rows = by_worker(order.advertiser.user, "wallet")
    lines = Entry.objects.filter(account__advertiser=order.advertiser).order_by("-pk")
    assert [row["金额（元）"] for row in rows] == [line.amount / 100 for line in lines]
    assert len(rows) > 4


def test_long_lists_of_tasks_and_notices_and_accounts_are_exported_whole(long):
    order = world.accepted()
    for number in range(3):
        world.task_in(advertiser=order.advertiser)
        Notice.objects.create(user=order.advertiser.user, dedupe=f"{number}", title=f"{number}", created_at=MONDAY)
    rows = by_worker(order.advertiser.user, "tasks")
    assert [row["订单数"] for row in rows] == [None, None, None, 1]
    assert [row["标题"] for row in by_worker(order.advertiser.user, "notices", unread="1")][:3] == ["2", "1", "0"]
    owner = owner_of(order)
    MediaAccount.objects.filter(pk__in=[MediaAccountFactory().pk for _ in range(3)]).update(owner=owner)
    assert len(by_worker(owner, "media_accounts")) == 4


def test_an_account_that_is_hidden_before_the_file_is_made_is_not_in_it(long):
    """What a person may see is asked when the file is made (R5, R7)."""
    hidden = [MediaAccountFactory(screen_name=name, specific_one=True) for name in "甲乙丙"][1]

    def hide():
        MediaAccount.objects.filter(pk=hidden.pk).update(specific_opt_in=False)

    rows = by_worker(AdvertiserFactory(personal=True).user, "market", hide)
    assert sorted(row["微博昵称"] for row in rows) == sorted("甲丙")


def test_the_export_of_who_switched_to_the_other_side_is_made_all_the_same(long):
    order = world.accepted()
    world.task_in(advertiser=order.advertiser)
    user = order.advertiser.user

    def switch():
        User.objects.filter(pk=user.pk).update(identity="media")

    assert len(by_worker(user, "tasks", switch)) == 2


def test_who_has_too_many_exports_under_way_is_told_so_on_the_list(long):
    user = AdvertiserFactory().user
    for at in range(exports.MOST_WAITING):
        MediaAccountFactory()
        Export.objects.create(kind="market", asked={"query": f"q={at}"}, by=user, asked_at=MONDAY)
    page = logged_in(user).get(reverse("market"), {"format": "xlsx"}, follow=True)
    assert page.request["PATH_INFO"] == reverse("market")
    assert "还有导出未完成" in page.content.decode()


def test_the_calendar_is_exported_as_it_is_shown():
    owner, orders = orders_of_one(1, 0)
    world.one(starts=[world.START + 2 * HOUR])  # somebody else's
    page = logged_in(owner).get(reverse("orders_calendar")).content.decode()
    assert "?format=xlsx" in page
    rows = sheet(owner, "orders_calendar")
    assert [row["订单编号"] for row in rows] == [orders[1].number, orders[0].number]
    assert set(rows[0]) == {str(name) for name in sheets.ORDERS}


def test_a_long_calendar_is_exported_whole_by_a_worker(long):
    owner, orders = orders_of_one(2, 0, 1)
    rows = by_worker(owner, "orders_calendar")
    assert [row["订单编号"] for row in rows] == [orders[at].number for at in (1, 2, 0)]


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
