"""The whole journey by clicks: recharge, write, review, three answers, post, earn, Friday, thirty days; to the fen.

Prices 388.00, 256.50 and 120.25 with a fee of ten per cent: orders of 426.80, 282.15 and 132.28 (12.025 rounds up).
"""

import pytest

from tests.journeys import cast, desk, wallets
from tests.journeys.pictures import poster
from tests.journeys.wallets import Figures

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

PAID, TAKEN, REFUSED, FORGOTTEN = 200_000, 42_680, 28_215, 13_228
ALL = TAKEN + REFUSED + FORGOTTEN
TEXT, WHY = "周末去哪儿吃？这家老火锅值得排队。", "内容与帐号一向的风格不太符合"


def test_from_the_first_recharge_to_the_thirtieth_day(browser_windows, monday, sandbox):
    advertiser = reader(browser_windows, "qiye")
    enter_as_enterprise(advertiser)
    recharge(advertiser, "2000.00")
    assert wallets.read(advertiser) == Figures(PAID, PAID, 0, 0, PAID, PAID)

    task = write_task(advertiser, start=f"{monday:%Y-%m-%dT}11:00")
    assert wallets.read(advertiser) == Figures(PAID, PAID, 0, 0, PAID, PAID)
    submit(advertiser, task)
    assert wallets.read(advertiser) == Figures(PAID, PAID, 0, ALL, PAID - ALL, PAID)

    approve(desk.enter(browser_windows.open()), task)
    assert wallets.read(advertiser) == Figures(PAID, PAID - ALL, ALL, 0, PAID - ALL, PAID)

    owner = reader(browser_windows, cast.TAKES.username)
    accept(owner)
    refuse(reader(browser_windows, cast.REFUSES.username))
    frozen = TAKEN + FORGOTTEN
    assert wallets.read(advertiser) == Figures(PAID, PAID - frozen, frozen, 0, PAID - frozen, PAID)

    advertiser.go(task)
    advertiser.step("+1 小时")
    advertiser.step("+1 小时")
    assert labels(advertiser, task) == {"城南食记": "已发布", "江边慢游": "拒单", "老街影话": "流单"}
    assert wallets.read(advertiser) == Figures(PAID, PAID - TAKEN, TAKEN, 0, PAID - TAKEN, PAID)
    posts = sandbox.control("weibo/posts/?uid=" + cast.TAKES.uid)
    assert [post["text"] for post in posts] == [TEXT]

    advertiser.step("+24 小时")
    assert labels(advertiser, task)["城南食记"] == "已达成"
    left = PAID - TAKEN
    assert wallets.read(advertiser) == Figures(left, left, 0, 0, left, PAID)
    assert wallets.earnings(owner) == {"待结算": cast.TAKES.price, "付款在途": 0, "已付款": 0}

    advertiser.step("下个周五")
    assert labels(advertiser, task)["城南食记"] == "已付款"
    assert wallets.earnings(owner) == {"待结算": 0, "付款在途": 0, "已付款": cast.TAKES.price}

    for _ in range(4):
        advertiser.step("下个周五")
    open_order(advertiser, task)
    advertiser.sees("已完成")
    assert wallets.read(advertiser) == Figures(left, left, 0, 0, left, PAID)
    assert wallets.earnings(owner) == {"待结算": 0, "付款在途": 0, "已付款": cast.TAKES.price}


def reader(windows, username):
    window = windows.open()
    window.log_in(username)
    return window


def enter_as_enterprise(window):
    form = window.page.locator("form", has=window.page.locator("#company_name"))
    form.locator("#company_name").fill(cast.COMPANY)
    form.locator("#company_contact").fill("王敏")
    form.locator("#company_phone").fill("13900139000")
    window.press("以企业用户进入", within=form)
    window.sees("累计充值满 2000 元后可以创建任务")


def recharge(window, yuan):
    window.follow("去充值")
    window.page.get_by_label(window.word("充值金额")).fill(yuan)
    window.press("前往新浪支付")
    window.press("确认支付")
    window.sees("充值成功，已到账。")


def write_task(window, *, start):
    """The draft with its picture and its three accounts; answers the address of the task."""
    window.go("/tasks/")
    window.follow("创建任务")
    page = window.page
    page.get_by_text(window.word("原发"), exact=True).click()
    page.fill("[name=text]", TEXT)
    page.set_input_files("#upload", poster())
    page.locator("#pictures img").wait_for()
    page.fill("[name=start_at]", start)
    window.press("添加帐号")
    for owner in cast.OWNERS:
        page.get_by_role("checkbox", name=owner.screen_name).check()
    page.locator("#sum").get_by_text("¥841.23").wait_for()
    window.press("加入任务")
    page.locator("#task-form").get_by_text("¥841.23").first.wait_for()
    return page.url.removeprefix(window.address).removesuffix("edit/")


def submit(window, task):
    window.go(f"{task}edit/")
    window.press("提交审核")
    window.sees("已提交审核。通过后会立即通知所选帐号，结果会用站内通知告诉您。")
    window.sees("正在审核")


def approve(window, task):
    window.go("/admin/tasks/submission/")
    window.follow(f"#{task.strip('/').rpartition('/')[2]}")
    window.page.locator("img[alt='招牌.png']").wait_for()
    window.follow("通过")
    desk.confirm(window, "通过")


def accept(window):
    window.follow("周末去哪儿吃")
    window.sees("¥388.00")
    window.press("接单")
    window.sees("已接单，到开始时间会自动发布，请保留至少 24 小时。")


def refuse(window):
    window.follow("周末去哪儿吃")
    window.page.get_by_text(window.word("不合适？拒单")).click()
    window.page.locator("[name=reason_code]").select_option("style")
    window.page.fill("[name=reason]", WHY)
    window.press("确认拒单")
    window.sees("已拒单，订单不会执行。")


def labels(window, task):
    """Label by account on the task's page."""
    window.go(task)
    rows = window.page.locator("#orders tbody tr").all()
    return {row.locator("td a").inner_text().lstrip("@"): row.locator("td .badge").inner_text() for row in rows}


def open_order(window, task):
    window.go(task)
    window.follow(cast.TAKES.screen_name)
