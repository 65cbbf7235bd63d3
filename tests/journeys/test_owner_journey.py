"""An owner's day: reminders, two orders at the same minute, bulk accept, one refusal whose price in rating is shown.

The rating is judged again at 04:00 and comes to what was shown.
"""

import pytest

from accounts.models import Slot
from orders.models import Order, OrderEvent
from tests.journeys import campaigns, wallets
from tests.journeys.cast import TAKES
from tests.moments import HOUR

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

WHY = "这个价格低于同类帐号，下次再合作"
FIRST, CLASH, LATER, DEAR = "上午的新茶", "上午的火锅", "午间的展览", "傍晚的电影"


@pytest.fixture
def offers(people, monday, sandbox):
    """Four orders for one account; two of them start at the same minute."""
    advertiser = campaigns.company(fen=500_000, sandbox=sandbox, now=monday)
    first = monday + 25 * HOUR
    starts = {FIRST: first, CLASH: first, LATER: first + 2 * HOUR, DEAR: first + 6 * HOUR}
    return {text: campaigns.sent(advertiser, text, {TAKES: at}, now=monday).pk for text, at in starts.items()}


@pytest.fixture
def judged():
    """The scores that the owner was shown."""
    return {}


@pytest.fixture
def settled(offers, judged):
    """What the database holds once the browser is closed."""
    yield
    orders = {order.text: order for order in Order.objects.all()}
    assert {text: (order.state, order.refusal_code) for text, order in orders.items()} == {
        FIRST: ("published", ""),
        CLASH: ("refused", "slot_clash"),
        LATER: ("accepted", ""),
        DEAR: ("refused", "price"),
    }
    assert orders[DEAR].refusal_reason == WHY
    assert Slot.objects.filter(account__weibo__uid=TAKES.uid).count() == 2
    refusals = OrderEvent.objects.filter(new="refused").order_by("pk")
    assert [(one.order.text, one.cause) for one in refusals] == [(CLASH, "slot_clash"), (DEAR, "owner")]
    account = campaigns.account_of(TAKES)
    assert account.rating == judged["groundless"] < judged["fair"]
    campaigns.assert_books_balance()


def test_a_day_with_a_clash_ends_with_one_post_and_the_rating_that_was_shown(
    settled, browser_windows, offers, judged, monday, sandbox
):
    window = browser_windows.open()
    window.log_in(TAKES.username)
    window.step("+1 小时")
    window.go("/notices/")
    reminders = window.page.get_by_text("还剩 24 小时")
    assert reminders.count() == 2

    window.follow("订单")
    window.follow(FIRST)
    window.sees("接下这一单会自动拒绝同一时段的其它订单（不影响评级）")
    window.page.locator(".alert a").click()
    window.page.locator("#content").get_by_text(CLASH).first.wait_for()

    accept_together(window, FIRST, CLASH, LATER)
    refuse(window, judged)
    assert calendar(window, monday) == [["10:00", FIRST, "已接单", "¥388.00"], ["12:00", LATER, "已接单", "¥388.00"]]

    advertiser = browser_windows.open()
    advertiser.log_in("qiye")
    assert wallets.read(advertiser).frozen == 2 * 42_680
    advertiser.go(f"/tasks/{offers[DEAR]}/")
    advertiser.sees(WHY)

    window.go("/")
    window.step("+24 小时")
    assert [post["text"] for post in sandbox.control("weibo/posts/")] == [FIRST]
    window.go("/media/")
    window.follow(f"@{TAKES.screen_name}")
    window.follow("变化、失分的订单和申诉")
    cost = window.page.locator("tr", has_text="无故拒单")
    assert int(cost.locator("td").nth(3).inner_text()) > 0
    assert window.page.locator("h1 .wt-number").inner_text() == str(judged["groundless"])


def accept_together(window, *texts):
    """Tick these orders and take them at once; of the two at one minute the first is taken."""
    window.go("/orders/")
    for text in texts:
        window.page.locator("tr", has_text=text).get_by_role("checkbox").check()
    window.press("接下所选订单")
    window.sees("已接 2 单")
    window.sees("1 单时段冲突，已自动拒绝")


def refuse(window, judged):
    """Open the last one, read what a refusal costs, and refuse without a fair ground."""
    window.go("/orders/?state=dispatched")
    window.follow(DEAR)
    page = window.page
    page.get_by_text("不合适？拒单").click()
    for ground, words in (("fair", "拒单：与帐号风格不符"), ("groundless", "拒单：对价格不满意")):
        judged[ground] = int(page.locator("form tr", has_text=words).locator("td.num").inner_text())
    assert "无故拒单" in page.locator("form tr", has_text="对价格不满意").inner_text()
    page.locator("[name=reason_code]").select_option(label="对价格不满意")
    page.fill("[name=reason]", "太低")
    window.press("确认拒单")
    assert page.locator("[name=reason]:invalid").count() == 1  # ten characters at least (R62)
    page.fill("[name=reason]", WHY)
    window.press("确认拒单")
    window.sees("已拒单，订单不会执行")


def calendar(window, monday):
    window.follow("日程")
    window.sees(f"{monday + 24 * HOUR:%Y-%m-%d}")
    rows = window.page.locator(".list-group-item").all()
    found = [[part.strip() for part in row.inner_text().split("\n") if part.strip()] for row in rows]
    return [[at, text, label, price] for at, _account, text, label, price in found]
