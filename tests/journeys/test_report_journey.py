"""A finished task: its 结案报告 on screen and on paper, its workbook read cell by cell (R66, R88, R89)."""

from decimal import Decimal

import pytest
from openpyxl import load_workbook

from orders.models import Order
from tasks.models import Task
from tests.journeys import campaigns
from tests.journeys.cast import FORGETS, REFUSES, TAKES
from tests.moments import HOUR
from tests.reckoning import reckon
from weitask.gateways.weibo_text import post_url
from weitask.periods import shanghai

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

TEXT = "=周末去哪儿吃？这家老火锅值得排队"
WHY = '=HYPERLINK("http://x") 与帐号风格不符'
DATE = 'yyyy"年"m"月"d"日" hh:mm:ss'
YUAN = '"¥"#,##0.00'


@pytest.fixture
def task_id(people, monday, sandbox):
    """A task out to three owners: one has accepted, one refused, one will not answer."""
    advertiser = campaigns.company(fen=200_000, sandbox=sandbox, now=monday)
    task = campaigns.sent(advertiser, TEXT, dict.fromkeys((TAKES, REFUSES, FORGETS), monday + HOUR), now=monday)
    campaigns.accepted(task, TAKES, now=monday)
    campaigns.refused(task, REFUSES, reason=WHY, now=monday)
    return task.pk


@pytest.fixture
def file(task_id, tmp_path):
    """Where the browser puts the workbook; once it is closed the file is compared with the database."""
    path = tmp_path / "report.xlsx"
    yield path
    campaigns.assert_books_balance()
    task, book, shown = Task.objects.get(), load_workbook(path), load_workbook(path, data_only=True)
    assert [(sheet.title, sheet.freeze_panes) for sheet in book] == [("订单", "A2"), ("汇总", "A2")]
    head, *rows = book["订单"].iter_rows()
    orders = Order.objects.order_by("start_at", "pk")
    assert [row_of(head, row) for row in rows] == [expected(order) for order in orders]
    assert {cell.data_type for row in rows for cell in row} == {"s", "n", "d"}
    assert totals(shown) == summary_of(task)
    for (cell,) in book["汇总"]["B2:B30"]:
        if cell.data_type == "f":
            assert reckon(book, cell.value) == Decimal(str(shown["汇总"][cell.coordinate].value))


def test_a_finished_task_is_read_on_screen_on_paper_and_in_excel(file, browser_windows, task_id, sandbox):
    window = browser_windows.open()
    window.log_in("qiye")
    window.go(f"/tasks/{task_id}/")
    window.step("+1 小时")
    [post] = sandbox.control("weibo/posts/")
    sandbox.control(f"weibo/posts/{post['id']}/counts/", {"reposts": 1234, "comments": 56, "likes": 7})
    window.step("+24 小时")
    window.step("下个周五")
    window.follow("结案报告")

    assert "仍有订单在进行中" not in window.page.locator("main").inner_text()
    assert figures(window) == {
        **{"订单数": "3", "已发布": "1", "覆盖人数": "48.2万", "转发数": "1234", "评论数": "56", "赞数": "7"},
        **{"已消费": "¥426.80", "已退回": "¥414.43", "千次覆盖成本": "¥0.89"},
    }
    assert lines(window) == [
        ["@城南食记", "已付款", "48.2万", "1234", "56", "7", "¥426.80"],
        ["@江边慢游", "拒单", "12.0万", "–", "–", "–", "¥282.15"],
        ["@老街影话", "流单", "3.9万", "–", "–", "–", "¥132.28"],
    ]
    assert window.page.get_by_role("link", name="@城南食记").get_attribute("href") == post["url"]
    on_paper(window)

    with window.page.expect_download() as download:
        window.follow("导出 Excel")
    assert download.value.suggested_filename == f"weitask-{task_id}.xlsx"
    download.value.save_as(file)


def on_paper(window):
    """The button prints; printed, the frame of the site and all buttons are gone, and nothing is cut off."""
    page = window.page
    page.evaluate("window.print = () => { window.printed = true }")
    window.press("打印或存为 PDF")
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})  # A4
    assert page.get_by_role("heading", name="结案报告").is_visible()
    for part in (".wt-header", ".wt-demo", "[data-print]", "footer"):
        assert page.locator(part).first.is_hidden(), part
    assert page.evaluate("document.querySelector('main table').scrollWidth") <= 794
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1440, "height": 900})


def figures(window):
    return window.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".wt-figures > div")].map((one) =>
            [one.querySelector("dt").textContent.trim(), one.querySelector("dd").textContent.trim()]))"""
    )


def lines(window):
    """The rows of the report without their moments."""
    rows = window.page.locator("main table tbody tr").all()
    cells = [[cell.strip() for cell in row.locator("td").all_inner_texts()] for row in rows]
    return [[*row[:2], *row[3:]] for row in cells]


def row_of(head, row):
    """A row by the names of its columns, empty cells left out: value, type and format."""
    named = zip((cell.value for cell in head), row, strict=True)
    return {name: (cell.value, cell.number_format) for name, cell in named if cell.value is not None}


def expected(order):
    """What the workbook must say of an order, column by column."""
    state = {"achieved": "已达成", "refused": "拒单", "lapsed": "流单"}[order.state]
    posted = {
        "发布时间（北京时间）": order.posted_at and moment(order.posted_at),
        "达成时间（北京时间）": order.achieved_at and moment(order.achieved_at),
        "微博地址": (post_url(TAKES.uid, order.weibo_id or "1"), "@"),
        "微博保留情况": ("已达成", "@"),
        "转发数": (1234, "#,##0"),
        "评论数": (56, "#,##0"),
        "赞数": (7, "#,##0"),
    }
    return {
        "订单编号": (order.number, "@"),
        "帐号": (order.account.screen_name, "@"),
        "订单状态": ("已付款" if order.state == "achieved" else state, "@"),
        "执行状态": (state, "@"),
        "推广形式": ("原发", "@"),
        "微博内容": (TEXT, "@"),
        "开始时间（北京时间）": moment(order.start_at),
        "粉丝量": (order.followers, "#,##0"),
        "帐号价格（元）": (order.price / 100, YUAN),
        "服务费（元）": (order.fee / 100, YUAN),
        "合计（元）": ((order.price + order.fee) / 100, YUAN),
        "评级": (order.rating, "#,##0"),
        **({"拒单原因": (f"与帐号风格不符 {WHY}", "@")} if order.state == "refused" else {}),
        **({"接单/拒单时间（北京时间）": moment(order.answered_at)} if order.answered_at else {}),
        **(posted if order.posted_at else {}),
    }


def moment(at):
    """As a typed cell: the wall clock of Shanghai."""
    return shanghai(at).replace(tzinfo=None), DATE


def totals(book):
    return dict(book["汇总"].iter_rows(min_row=2, values_only=True))


def summary_of(task):
    counted = {"已达成": 1, "拒单": 1, "流单": 1, "派单": 0, "已接单": 0, "已发布": 0, "已完成": 0, "订单失败": 0}
    people = {order.account.screen_name: order.followers for order in task.orders.select_related("account")}
    return {
        "任务编号": str(task.pk),
        "任务状态": task.get_state_display(),
        **counted,
        "已取消": 0,
        "订单数": 3,
        "审核超时的帐号": 0,
        "覆盖人数": sum(people.values()),
        "已发布的覆盖人数": people["城南食记"],
        **{"任务转发数": 1234, "任务评论数": 56, "赞数": 7},
        **{"订单金额（元）": 841.23, "冻结金额（元）": 0, "已消费（元）": 426.8, "已退回（元）": 414.43},
        "平台补偿（元）": 0,
    }
