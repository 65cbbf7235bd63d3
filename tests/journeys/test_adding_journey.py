"""增加订单 after a refusal: the home says it, one click, another account with words of its own, approved and accepted.

R33, A17: other words are another submission, reviewed while the task runs on.
"""

import pytest

from orders.models import Order
from tasks.models import Decision, Task
from tests.journeys import campaigns, desk, wallets
from tests.journeys.cast import FORGETS, REFUSES, TAKES
from tests.journeys.wallets import Figures
from tests.moments import HOUR

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

PAID, TAKEN, REFUSED, ADDED = 200_000, 42_680, 28_215, 13_228
TEXT, OWN = "周末去哪儿吃？这家老火锅值得排队。", "老街边上这家火锅，排队也值"


@pytest.fixture
def task_id(people, monday, sandbox):
    """A task with one order accepted and one refused."""
    advertiser = campaigns.company(fen=PAID, sandbox=sandbox, now=monday)
    task = campaigns.sent(advertiser, TEXT, dict.fromkeys((TAKES, REFUSES), monday + 3 * HOUR), now=monday)
    campaigns.accepted(task, TAKES, now=monday)
    campaigns.refused(task, REFUSES, reason="内容与帐号一向的风格不太符合", now=monday)
    return task.pk


@pytest.fixture
def added(task_id, monday):
    """What the database holds once the browser is closed."""
    yield
    task = Task.objects.get()
    assert campaigns.states(task) == {"城南食记": "published", "江边慢游": "refused", "老街影话": "accepted"}
    order = Order.objects.get(account__weibo__uid=FORGETS.uid)
    assert (order.text, order.start_at, order.total) == (OWN, monday + 5 * HOUR, ADDED)
    assert [(one.number, one.addition, one.state) for one in task.submissions.order_by("number")] == [
        (1, False, "approved"),
        (2, True, "approved"),
    ]
    assert Decision.objects.filter(verdict="approve").count() == 2
    assert task.state == "running"
    campaigns.assert_books_balance()


def test_a_refused_order_is_made_up_for_by_another_account(added, browser_windows, task_id, monday, sandbox):
    window = browser_windows.open()
    window.log_in("qiye")
    lost = window.page.locator(".list-group-item", has_text="江边慢游")
    assert lost.locator(".badge").inner_text() == "拒单"
    window.follow("增加订单", within=lost)

    page = window.page
    page.get_by_role("checkbox", name="老街影话").check()
    page.locator("#sum").get_by_text("¥132.28").wait_for()
    window.press("加入任务")
    page.fill("[name=rows-0-start_at]", f"{monday:%Y-%m-%dT}14:00")
    page.fill("[name=rows-0-text]", OWN)
    window.press("确认增加")
    window.sees("已增加订单")
    assert wallets.read(window) == Figures(PAID, PAID - TAKEN, TAKEN, ADDED, PAID - TAKEN - ADDED, PAID)

    desk.decide(desk.enter(browser_windows.open()), task_id, "通过")
    frozen = TAKEN + ADDED
    assert wallets.read(window) == Figures(PAID, PAID - frozen, frozen, 0, PAID - frozen, PAID)

    owner = browser_windows.open()
    owner.log_in(FORGETS.username)
    owner.follow(OWN)
    owner.sees("¥120.25")
    owner.press("接单")
    owner.sees("已接单，到开始时间会自动发布")

    window.go(f"/tasks/{task_id}/")
    for _ in range(3):
        window.step("+1 小时")
    assert window.page.locator("#orders tbody tr").count() == 3
    assert [post["uid"] for post in sandbox.control("weibo/posts/")] == [TAKES.uid]
