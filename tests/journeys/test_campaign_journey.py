"""A campaign written with a sheet: saved while typing, times and texts pasted, rejected, mended, sent out again."""

import pytest
from playwright.sync_api import expect

from orders.models import Order
from tasks.models import Submission
from tests.journeys import campaigns, cast, desk
from tests.moments import HOUR, MINUTE

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

TEXT, OWN = "周末去哪儿吃？这家老火锅值得排队。", "江边走走，再来一锅"


@pytest.fixture
def task_id(people, monday, sandbox):
    """An empty draft of a company with money, for all three accounts."""
    advertiser = campaigns.company(fen=500_000, sandbox=sandbox, now=monday)
    return campaigns.draft(advertiser, "", dict.fromkeys(cast.OWNERS), now=monday).pk


@pytest.fixture
def sent(task_id, monday):
    """What the database holds once the browser is closed."""
    yield
    assert [one.state for one in Submission.objects.order_by("number")] == ["rejected", "approved"]
    orders = {one.account.screen_name: one for one in Order.objects.select_related("account")}
    starts = {name: one.start_at - monday for name, one in orders.items()}
    assert starts == {"城南食记": 3 * HOUR, "江边慢游": 3 * HOUR + 20 * MINUTE, "老街影话": 2 * HOUR}
    assert orders["江边慢游"].text == OWN
    assert orders["城南食记"].text == orders["老街影话"].text == f"{TEXT}快来"


def test_a_campaign_from_a_sheet_is_rejected_mended_and_sent_out(sent, browser_windows, task_id, monday):
    window, address = browser_windows.open(), f"/tasks/{task_id}/edit/"
    window.log_in("qiye")
    window.go(address)
    page = window.page
    page.fill("[name=text]", TEXT)
    assert page.locator("#preview").get_by_text(TEXT).is_visible()
    page.fill("[name=start_at]", f"{monday:%Y-%m-%dT}11:00")
    window.sees("草稿已自动保存")
    _takes_one_out_and_back(page)

    page.get_by_text("从表格粘贴时间和内容").click()
    day = f"{monday:%Y/%-m/%-d}"
    page.fill(
        "#paste", f'帐号\t时间\t内容\n@城南食记\t{day} 12:00\t\n江边慢游\t{day} 12:20:00\t"{OWN}"\n没有这个\t\t\n'
    )
    window.press("填入")
    window.sees("已填入 2 个帐号")
    window.sees("第 4 行：没有选择帐号 没有这个")
    window.press("提交审核")
    window.sees("正在审核")

    reviewer = desk.enter(browser_windows.open())
    desk.decide(reviewer, task_id, "驳回", reason="请写明优惠的期限")
    window.go(address)
    window.sees("请写明优惠的期限")
    assert page.input_value("[name=rows-1-start_at]").endswith("12:20")
    page.fill("[name=text]", f"{TEXT}快来")
    window.press("提交审核")
    window.sees("正在审核")
    desk.decide(reviewer, task_id, "通过")
    window.go(f"/tasks/{task_id}/")
    assert page.locator("#orders tbody tr").count() == 3


def _takes_one_out_and_back(page):
    """What the task costs follows the row that is ticked, before it is saved."""
    accounts, whole = page.locator(".wt-sum .wt-number").first, page.locator(".wt-sum strong.wt-number")
    before = whole.inner_text()
    for ticked, count in ((True, "2"), (False, "3")):
        page.set_checked("[name=rows-0-remove]", checked=ticked)
        expect(accounts).to_have_text(count)
        assert (whole.inner_text() != before) == ticked
