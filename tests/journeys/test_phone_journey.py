"""An owner answers on the phone: the notice, the order with its net income, 接单; nothing needs a wider screen."""

import pytest
from django.db import transaction

from accounts.models import Advertiser, MediaAccount, User
from tasks import drafting, review
from tasks.drafting import SelectionInput, TaskInput
from tests.billing.book import recharge
from tests.journeys import cast
from tests.moments import HOUR

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

PAGES = ("/", "/orders/", "/media/", "/earnings/", "/bank-card/", "/notices/", "/weibo/", "/help/", "/support/")


@pytest.fixture
def offer(people, monday) -> None:
    """派单 for one owner, who has not answered yet."""
    advertiser = Advertiser.objects.create(
        user=User.objects.get(username="qiye"), kind="enterprise", name=cast.COMPANY, created_at=monday
    )
    with transaction.atomic():
        recharge(advertiser, 200_000, at=monday)
    account = MediaAccount.objects.get(owner__username=cast.TAKES.username)
    data = TaskInput("original", "老城新茶", "", (), monday + 2 * HOUR, (SelectionInput(account.pk),))
    task = drafting.create(advertiser=advertiser, by=advertiser.user, data=data, now=monday)
    submission = review.submit(task=task, by=advertiser.user, now=monday)
    review.approve(submission=submission, by=User.objects.get(username="shenhe"), now=monday)


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
