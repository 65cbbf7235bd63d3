"""A reviewer's session without a mouse: one submission approved, one rejected, one left to a second reviewer."""

import pytest

from tasks import review
from tasks.models import Decision, FirstApproval
from tests.journeys import campaigns, cast, desk
from tests.moments import HOUR, MINUTE

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

FINE, DOUBTFUL, RISKY = "周末去哪儿吃？这家老火锅值得排队", "一百个 买·粉·絲 的朋友", "这里有減🔥肥🔥藥"


@pytest.fixture
def waiting(people, monday, sandbox) -> None:
    """Three submissions, the fine one nearest to its start."""
    advertiser = campaigns.company(fen=500_000, sandbox=sandbox, now=monday)
    for later, text in enumerate((FINE, DOUBTFUL, RISKY)):
        start = monday + 2 * HOUR + later * 20 * MINUTE
        task = campaigns.draft(advertiser, text, {cast.TAKES: start}, now=monday)
        review.submit(task=task, by=advertiser.user, now=monday)


@pytest.fixture
def decided(waiting):
    """What the database holds once the browser is closed."""
    yield
    assert [(one.verdict, one.submission.text) for one in Decision.objects.order_by("pk")] == [
        ("approve", FINE),
        ("reject", DOUBTFUL),
    ]
    assert Decision.objects.get(verdict="reject").reason == "涉及买卖粉丝等违反微博运营规则的内容；请删去第一句"
    assert FirstApproval.objects.get().submission.text == RISKY


def test_three_submissions_are_decided_by_keys_alone(decided, browser_windows):
    window = desk.enter(browser_windows.open())
    window.go("/admin/tasks/submission/")
    keys = window.page.keyboard

    keys.press("j")
    window.sees(FINE)
    keys.press("?")
    window.sees("在输入框中打字时，这些键不起作用。")
    keys.press("a")  # a dialog is open: nothing is decided behind it
    keys.press("Escape")
    keys.press("j")
    window.page.locator("mark").wait_for()
    keys.press("k")
    window.page.wait_for_function("!document.querySelector('mark')")
    keys.press("a")
    window.sees("立即向 1 个帐号派单")
    keys.press("Enter")
    window.sees("已通过")

    hover = window.page.locator("mark")
    hover.focus()
    window.page.get_by_text("规范形式：买粉丝").wait_for()
    keys.press("r")
    window.sees("理由会展示给广告主")
    keys.press("5")
    keys.press("e")
    keys.type("请删去第一句")
    assert window.page.locator(".wt-reason").input_value() == "请删去第一句"
    keys.press("Control+Enter")
    window.sees("已驳回")

    window.sees("需两人审核")
    keys.press("a")
    window.sees("这次通过记为初审")
    keys.press("Enter")
    window.sees("初审已记录，等待另一位审核员复核")
    window.page.get_by_text("待复核（shenhe 初审）").wait_for()
