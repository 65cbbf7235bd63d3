"""An 企业认证 account: 接单功能 stays off until an application with its category is approved (R10); its holder takes
orders with it and, as an 企业用户, advertises beside that (A28, A29) and sees what a 个人用户 does not (R5, R7)."""

import pytest

from accounts.models import AccountDecision, Advertiser, MediaAccount, Notice
from tests.journeys import campaigns, cast, desk
from tests.journeys.cast import TAKES

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

UID, NAME = "5600000007", "江南茶业"
WHY = "归属分类与帐号内容不符，请选择美食"


@pytest.fixture
def holder(people, sandbox, monday):
    """Somebody with a company's Weibo; and an advertiser who looks for accounts."""
    facts = {"verified": True, "verified_type": 2, "verified_reason": "江南茶业有限公司", "followers_count": 66_000}
    sandbox.control("weibo/users/", {"uid": UID, "screen_name": NAME, **facts})
    campaigns.company(fen=200_000, sandbox=sandbox, now=monday)
    return cast.login("chaye")


@pytest.fixture
def settled(holder):
    """What the database holds once the browser is closed."""
    yield
    account = MediaAccount.objects.get(weibo__uid=UID)
    assert (account.organisation, account.review, account.taking) == (True, "approved", "open")
    assert (account.category.slug, account.price_original) == ("food", 30_000)
    decisions = AccountDecision.objects.filter(account=account).order_by("pk")
    assert [(one.subject, one.approved, one.reason, one.by.username) for one in decisions] == [
        ("authorisation", True, "", "shenhe"),
        ("taking", False, WHY, "shenhe"),
        ("taking", True, "", "shenhe"),
    ]
    assert Notice.objects.filter(user=holder, title__in=("接单申请未通过", "接单功能已开通")).count() == 2
    assert Advertiser.objects.get(user=holder).kind == "enterprise"


def test_a_verified_company_applies_twice_takes_orders_and_advertises(settled, browser_windows):
    reviewer = desk.enter(browser_windows.open())
    advertiser = browser_windows.open()
    advertiser.log_in("qiye")
    owner = browser_windows.open()
    owner.log_in("chaye")
    owner.press("以自媒体帐号进入")
    bind(owner)

    judge(reviewer, "通过授权审核")
    set_price(owner)
    assert standing(owner) == "未开通"
    assert not is_offered(advertiser)

    apply(owner, "旅游")
    assert standing(owner) == "申请审核中"
    judge(reviewer, "驳回接单申请", WHY)
    owner.go("/notices/")
    owner.sees(WHY)
    apply(owner, "美食")
    judge(reviewer, "通过接单申请")
    assert standing(owner) == "可接单"
    assert is_offered(advertiser)

    become_advertiser(owner)


def bind(window):
    """Over to Weibo's consent and back, and entered for the 授权审核."""
    window.go("/weibo/")
    window.press("绑定微博")
    window.page.get_by_text(NAME).first.click()
    window.page.get_by_role("button", name="授权", exact=True).click()
    window.page.wait_for_url("**/weibo/")
    window.press("用它接单", within=window.page.locator("tr", has_text=NAME))
    window.sees("已提交授权审核")


def judge(window, verdict, reason=""):
    """Find the account in the list of the desk, press the deed, and confirm it in its dialog."""
    window.go(f"/admin/accounts/mediaaccount/?q={UID}")
    window.follow(f"{NAME}")
    window.page.get_by_text(verdict, exact=True).first.click()
    if reason:
        window.page.locator("#dialog textarea").fill(reason)
    window.page.locator("#dialog").get_by_role("button", name="确认").click()
    window.sees("审核结果已记录，并通知帐号主")


def open_account(window):
    window.go("/media/")
    window.follow(f"@{NAME}")


def set_price(window):
    open_account(window)
    window.page.fill("[name=price_original]", "300.00")
    window.press("保存价格")
    window.sees("价格已保存")


def standing(window):
    open_account(window)
    return window.page.locator(".page-header .badge").inner_text()


def apply(window, category):
    open_account(window)
    window.sees("企业认证帐号默认不开通接单功能")
    window.page.locator("[name=category]").select_option(label=category)
    window.press("提交申请")
    window.sees("接单申请已提交，请等待审核。")


def is_offered(window):
    window.go(f"/market/?form=original&q={NAME}")
    return window.page.get_by_role("link", name=f"@{NAME}").count() == 1


def become_advertiser(window):
    """First as 个人用户, who sees no account outside the 特定 pool; then upgraded, who sees all but their own."""
    window.go("/identity/")
    window.press("以个人用户进入")
    window.go("/market/")
    window.sees("没有符合条件的帐号")
    assert window.page.locator("[name=region]").count() == 0

    window.go("/identity/")
    window.page.fill("#company_name", "江南茶业有限公司")
    window.page.fill("#company_contact", "陈茶")
    window.page.fill("#company_phone", "13700137000")
    window.press("升级为企业用户")
    window.go("/market/?form=original")
    head = window.page.locator("main thead").inner_text()
    assert all(name in head for name in ("原发价格", "原发千粉价", "接单率", "转发中位数"))
    assert window.page.locator("[name=region]").count() == 1
    assert window.page.get_by_role("link", name=f"@{TAKES.screen_name}").count() == 1
    assert window.page.get_by_role("link", name=f"@{NAME}").count() == 0
    window.go("/tasks/new/")
    window.sees("还差一步：完成累计充值")
