"""A 个人用户 has their own Weibo reposted; Weibo does not answer at first, and nothing typed is lost (R2-R5, R34)."""

import pytest
from playwright.sync_api import expect

from accounts import identity, media, pool
from accounts.models import User
from orders.models import Order
from tasks.models import Submission, Task
from tests.journeys import campaigns, cast, desk, wallets
from tests.journeys.cast import REFUSES, TAKES
from tests.journeys.wallets import Figures
from tests.moments import HOUR

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

UID, NAME = "5600000008", "小满读书"
SOURCE, WORDS = "这个周六在老城图书馆办读书会，欢迎来坐坐", "周六去读书会，一起吗？"
PAID, TAKEN = 50_000, 21_340  # a repost of 194.00 with ten per cent


@pytest.fixture
def source(people, sandbox, monday):
    """`geren` with money and a Weibo of their own; of three accounts one is 特定."""
    user = cast.login("geren")
    advertiser = identity.become_personal(user=user, now=monday)
    cast.bind(user, {"uid": UID, "screen_name": NAME}, sandbox=sandbox, now=monday)
    campaigns.recharge(advertiser, PAID, sandbox=sandbox, now=monday)
    account, reviewer = campaigns.account_of(TAKES), User.objects.get(username="shenhe")
    pool.change(accounts=[account], wish=pool.Wish.IN, reason="读者多", by=reviewer, now=monday)
    media.set_opt_in(account=account, by=account.owner, accepts=True, now=monday)
    return sandbox.control("weibo/posts/", {"uid": UID, "text": SOURCE})


@pytest.fixture
def posted(source, monday):
    """What the database holds once the browser is closed."""
    yield
    order = Order.objects.select_related("item__submission").get()
    assert (order.form, order.state, order.text, order.start_at) == ("repost", "published", WORDS, monday + 2 * HOUR)
    assert (order.account.screen_name, order.total) == ("城南食记", TAKEN)
    submission = Submission.objects.get()
    assert (submission.state, submission.source_text, submission.source_url) == ("approved", SOURCE, source["url"])
    assert Task.objects.get().state == "running"
    campaigns.assert_books_balance()


def test_a_personal_user_has_their_own_weibo_reposted(posted, browser_windows, source, monday, sandbox):
    window = browser_windows.open()
    window.log_in("geren")
    write(window, source, f"{monday:%Y-%m-%dT}11:00", sandbox)
    choose(window)
    window.press("提交审核")
    window.sees("正在审核")
    assert wallets.read(window) == Figures(PAID, PAID, 0, TAKEN, PAID - TAKEN, PAID)

    task = newest(window)
    desk.decide(desk.enter(browser_windows.open()), task, "通过")
    owner = browser_windows.open()
    owner.log_in(TAKES.username)
    owner.follow(WORDS)
    owner.sees(SOURCE)
    owner.sees("¥194.00")
    owner.press("接单")
    owner.sees("已接单，到开始时间会自动发布")

    window.go(f"/tasks/{task}/")
    window.step("+1 小时")
    window.step("+1 小时")
    window.go(f"/tasks/{task}/")
    assert window.page.locator("#orders tbody .badge").inner_text() == "已发布"
    assert wallets.read(window) == Figures(PAID, PAID - TAKEN, TAKEN, 0, PAID - TAKEN, PAID)
    [repost] = sandbox.control(f"weibo/posts/?uid={TAKES.uid}")
    assert repost["retweeted_id"] == source["id"]
    assert WORDS in repost["text"]


def write(window, source, start, sandbox):
    """The form: no 原发; the original is fetched, at the second try."""
    window.go("/tasks/new/")
    page = window.page
    assert page.locator("[name=form]").count() == 1
    assert page.locator("[name=form]").input_value() == "repost"
    page.fill("[name=text]", WORDS)
    page.fill("[name=start_at]", start)
    sandbox.control("faults/", {"target": "statuses/show_batch", "kind": "http_500", "times": None})
    page.fill("[name=source_url]", source["url"])
    page.locator("[name=text]").focus()
    window.sees("无法取回数据")
    assert page.input_value("[name=text]") == WORDS
    assert page.input_value("[name=source_url]") == source["url"]
    sandbox.control("faults/", method="DELETE")
    window.press("重试")
    page.locator("#source").get_by_text(SOURCE).wait_for()
    expect(page.locator("#preview [data-preview=source]")).to_have_text(
        f"原微博 @{NAME}\n{SOURCE}", use_inner_text=True
    )  # it follows once the answer has settled
    assert page.locator("#preview [data-preview=text]").inner_text() == WORDS


def choose(window):
    """The market of a personal user is the 特定 pool, with fewer columns."""
    window.press("添加帐号")
    page = window.page
    page.get_by_role("checkbox", name=TAKES.screen_name).check()
    assert page.get_by_role("checkbox", name=REFUSES.screen_name).count() == 0
    assert "千粉价" not in page.locator("thead").inner_text()
    page.locator("#sum").get_by_text("¥213.40").wait_for()
    window.press("加入任务")
    page.locator("#preview [data-preview=source]").get_by_text(SOURCE).wait_for()


def newest(window):
    window.go("/tasks/")
    return int(window.page.locator("main a", has_text=WORDS).first.get_attribute("href").strip("/").split("/")[1])
