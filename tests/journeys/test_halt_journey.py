"""紧急叫停 before and after posting: what will happen to each order, the reason, the sheet of results; to the fen.

Prices 388.00, 256.50 and 120.25 with a fee of ten per cent: orders of 426.80, 282.15 and 132.28.
"""

import pytest

from accounts.models import Notice
from orders.models import PublishAttempt
from tasks.models import Decision, Task
from tests.journeys import campaigns, desk, wallets
from tests.journeys.cast import FORGETS, REFUSES, TAKES
from tests.moments import HOUR

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

PAID, POSTED, WAITING, OPEN = 500_000, 42_680, 28_215, 13_228
CANCEL, CANCELLED = "取消，不发布，金额解冻退回", "已取消，没有发布，金额已解冻退回"
BOTH = POSTED + OPEN + POSTED + WAITING + OPEN


@pytest.fixture
def tasks(people, monday, sandbox):
    """Two tasks that run: of the first nothing will be posted before the stop, of the second one order will."""
    advertiser = campaigns.company(fen=PAID, sandbox=sandbox, now=monday)
    noon = monday + 3 * HOUR
    first = campaigns.sent(advertiser, "老火锅开张，写错了地址", {TAKES: noon, FORGETS: noon}, now=monday)
    starts = {TAKES: monday + HOUR, REFUSES: noon, FORGETS: noon}
    second = campaigns.sent(advertiser, "老火锅开张，写错了价钱", starts, now=monday)
    for task, owner in ((first, TAKES), (second, TAKES), (second, REFUSES)):
        campaigns.accepted(task, owner, now=monday)
    return first.pk, second.pk


@pytest.fixture
def settled(tasks, monday):
    """What the database holds once the browser is closed."""
    yield
    first, second = Task.objects.order_by("pk")
    assert campaigns.states(first) == {"城南食记": "cancelled", "老街影话": "cancelled"}
    assert campaigns.states(second) == {"城南食记": "achieved", "江边慢游": "cancelled", "老街影话": "cancelled"}
    kept = campaigns.order_of(second, TAKES)
    stop = Decision.objects.get(task=second, verdict="halt")
    assert (kept.exempt_from, kept.achieved_at - kept.posted_at) == (stop.at, 24 * HOUR)
    assert stop.reason == "价钱写错了"
    assert PublishAttempt.objects.exclude(state="absent").get().order == kept
    told = Notice.objects.filter(kind__in=("order_cancelled", "order_delete_post")).order_by("kind", "user_id")
    assert [(one.kind, one.user.username) for one in told] == [
        *(("order_cancelled", owner.username) for owner in (TAKES, REFUSES, FORGETS, FORGETS)),
        ("order_delete_post", TAKES.username),
    ]
    campaigns.assert_books_balance()


def test_a_task_is_stopped_before_its_posts_and_another_after_the_first(settled, browser_windows, tasks, sandbox):
    first, second = tasks
    advertiser, reviewer = browser_windows.open(), desk.enter(browser_windows.open())
    advertiser.log_in("qiye")
    assert frozen(advertiser) == BOTH

    assert foreseen(reviewer, first) == {
        "城南食记": ("已接单", "¥426.80", CANCEL),
        "老街影话": ("派单", "¥132.28", CANCEL),
    }
    stop(reviewer, "地址写错了")
    assert sheet(reviewer) == {
        "城南食记": ("已取消", "¥426.80", CANCELLED),
        "老街影话": ("已取消", "¥132.28", CANCELLED),
    }
    assert frozen(advertiser) == BOTH - POSTED - OPEN

    advertiser.go(f"/tasks/{second}/")
    advertiser.step("+1 小时")
    [post] = sandbox.control("weibo/posts/")
    assert foreseen(reviewer, second) == {
        "城南食记": ("已发布", "¥426.80", "通知帐号主立即删除；删除不影响收入，费用照付"),
        "江边慢游": ("已接单", "¥282.15", CANCEL),
        "老街影话": ("派单", "¥132.28", CANCEL),
    }
    stop(reviewer, "价钱写错了")
    assert sheet(reviewer)["城南食记"] == ("已发布", "¥426.80", "已通知帐号主删除；删除不影响收入，费用照付")
    assert frozen(advertiser) == POSTED

    owner = browser_windows.open()
    owner.log_in(TAKES.username)
    owner.go("/notices/")
    owner.press("查看", within=owner.page.locator(".list-group-item", has_text="请立即删除微博"))
    owner.sees("任务已叫停，请尽快删除微博；删除不影响收入。")
    sandbox.control(f"weibo/posts/{post['id']}/delete/")

    advertiser.go(f"/tasks/{second}/")
    advertiser.sees("价钱写错了")
    advertiser.step("+24 小时")
    left = PAID - POSTED
    assert wallets.read(advertiser) == wallets.Figures(left, left, 0, 0, left, PAID)
    assert wallets.earnings(owner)["待结算"] == TAKES.price
    assert [one["id"] for one in sandbox.control("weibo/posts/")] == [post["id"]]


def frozen(window):
    """The frozen amount; nothing may be lost between it and what can be spent."""
    figures = wallets.read(window)
    assert figures == wallets.Figures(PAID, PAID - figures.frozen, figures.frozen, 0, PAID - figures.frozen, PAID)
    return figures.frozen


def foreseen(window, task):
    """Open the stop of a task from the list; what it says of each account's order."""
    window.go("/admin/tasks/task/")
    window.follow(f"#{task}")
    window.follow("紧急叫停")
    window.sees("紧急叫停不可撤销。")
    return sheet(window)


def stop(window, reason):
    window.page.locator(".wt-reason").fill(reason)
    window.press("确认紧急叫停")
    window.sees("完成 1 个，未能处理 0 个")


def sheet(window):
    """By account: where the order stands, what it costs, and what becomes of it."""
    rows = window.page.locator(".wt-scroll tbody tr").all()
    cells = [[cell.strip() for cell in row.locator("td").all_inner_texts()] for row in rows]
    return {who.lstrip("@"): (state, cost, words) for who, words, state, cost, *_rest in cells}
