"""微博帐号 of a login: by state of the authorisation, sorted, from page to page and in the file (R12)."""

import pytest
from django.urls import reverse

from tests.factories import MediaAccountFactory, UserFactory, WeiboAccountFactory
from tests.moments import DAY, MONDAY
from tests.pages.test_every_page import logged_in
from tests.pages.test_list_exports import sheet
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db):
    """Three accounts: the first expires last, the second never, the third was revoked; and one of somebody else."""
    clock.pin(at=MONDAY)
    user = UserFactory(identity="media")
    WeiboAccountFactory(user=user, screen_name="甲", followers=10, token_expires_at=MONDAY + 9 * DAY)
    WeiboAccountFactory(user=user, screen_name="乙", followers=30, token_expires_at=None)
    WeiboAccountFactory(user=user, screen_name="丙", followers=20, token_expires_at=MONDAY + DAY, token_state="revoked")
    WeiboAccountFactory(screen_name="丁")
    return user


def names(user, **asked):
    page = logged_in(user).get(reverse("weibo_accounts"), asked).context["page"]
    on_page = [one.screen_name for one in page.rows]
    assert [row["微博昵称"] for row in sheet(user, "weibo_accounts", **asked)] == on_page
    return "".join(on_page)


def test_the_list_is_sorted_on_the_page_and_in_the_file(user):
    assert names(user) == "丙乙甲"
    assert names(user, ordering="-followers") == "乙丙甲"
    assert names(user, ordering="expires") == "丙甲乙"


def test_the_list_is_filtered_by_the_state_of_the_authorisation(user):
    assert names(user, state="revoked") == "丙"
    assert names(user, state="valid", ordering="expires") == "甲乙"
    assert names(user, state="colour") == "丙乙甲"


def test_pages_go_on_by_the_end_of_the_authorisation(user):
    for number in range(20):
        WeiboAccountFactory(user=user, screen_name=f"{number}", token_expires_at=None)
    first = logged_in(user).get(reverse("weibo_accounts"), {"ordering": "expires"}).context["page"]
    rest = logged_in(user).get(reverse("weibo_accounts"), {"ordering": "expires", "after": first.next}).context["page"]
    assert [one.screen_name for one in (*first.rows, *rest.rows)] == ["丙", "甲", "乙", *map(str, range(20))]


def test_an_empty_list_says_whether_it_is_the_filter(user):
    empty = logged_in(UserFactory()).get(reverse("weibo_accounts")).content.decode()
    assert "还没有绑定微博" in empty
    filtered = logged_in(user).get(reverse("weibo_accounts"), {"state": "expired"}).content.decode()
    assert 'href="?">清除筛选' in filtered
    assert "还没有绑定微博" not in filtered


def test_the_file_says_what_became_of_an_account_that_takes_orders():
    clock.pin(at=MONDAY)
    account = MediaAccountFactory()
    [row] = sheet(account.owner, "weibo_accounts")
    assert (row["粉丝数"], row["授权状态"], row["授权审核"]) == (100_000, "有效", account.get_review_display())
    assert set(row) == {"微博昵称", "粉丝数", "认证说明", "授权状态", "授权到期（北京时间）", "授权审核"}
