"""A Weibo account is bound by clicks: over to Weibo's page of consent and back, then entered for review."""

import pytest

from tests.journeys import cast

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]


def test_an_owner_binds_a_weibo_account_and_asks_for_review(browser_windows, sandbox):
    sandbox.control("weibo/users/", {"uid": "5600000009", "screen_name": "北郊书屋", "followers_count": 5_200})
    owner = browser_windows.open()
    owner.log_in(cast.TAKES.username)
    owner.go("/weibo/")
    owner.press("绑定微博")
    owner.page.get_by_text("北郊书屋").click()
    owner.page.get_by_role("button", name="授权").click()
    owner.page.wait_for_url("**/weibo/")
    owner.press("用它接单", within=owner.page.locator("tr", has_text="北郊书屋"))
    owner.sees("已提交授权审核")
    assert owner.page.locator(".page-header .badge").inner_text() == "待审核"
