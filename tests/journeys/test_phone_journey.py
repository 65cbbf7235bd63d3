"""An owner answers on the phone: the notice, the order with its net income, 接单; nothing needs a wider screen."""

import pytest

from tests.journeys import campaigns, cast
from tests.moments import HOUR

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

PAGES = ("/", "/orders/", "/media/", "/earnings/", "/bank-card/", "/notices/", "/weibo/", "/help/", "/support/")


@pytest.fixture
def offer(people, monday, sandbox) -> None:
    """派单 for one owner, who has not answered yet."""
    advertiser = campaigns.company(fen=200_000, sandbox=sandbox, now=monday)
    campaigns.sent(advertiser, "老城新茶", {cast.TAKES: monday + 2 * HOUR}, now=monday)


def test_an_owner_accepts_on_the_phone(offer, browser_windows):
    phone = browser_windows.open(phone=True)
    phone.log_in(cast.TAKES.username)
    phone.page.locator(".wt-tabs").get_by_role("link", name="订单").tap()
    phone.page.locator("tbody a", has_text="老城新茶").tap()
    phone.sees("¥388.00")
    accept = phone.page.get_by_role("button", name="接单", exact=True)
    assert accept.bounding_box()["height"] >= 44
    assert_fits(phone)
    accept.tap()
    phone.sees("已接单，到开始时间会自动发布")
    assert phone.page.locator(".page-header .badge").first.inner_text() == "已接单"


def test_no_page_of_an_owner_is_wider_than_the_phone(offer, browser_windows):
    phone = browser_windows.open(phone=True)
    phone.log_in(cast.TAKES.username)
    for path in PAGES:
        phone.go(path)
        assert_fits(phone)


def assert_fits(phone):
    wide = phone.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"{phone.page.url} is {wide} px wide"
