"""Statements of 钱包 and 收入: narrowed and sorted by the address, on every page and in the file (R120)."""

import pytest
from django.urls import reverse

from tests.billing.book import earn, recharge
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import DAY, MONDAY
from tests.pages.test_every_page import logged_in
from tests.pages.test_list_exports import sheet
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


@pytest.fixture
def advertiser():
    """25 recharges of 1 to 25 fen, one a day from Monday the 5th on, and one order that was earned on the 5th."""
    advertiser = AdvertiserFactory()
    earn(advertiser, UserFactory(), {1: 10_000})
    for day in range(25):
        recharge(advertiser, day + 1, at=MONDAY + DAY * day)
    return advertiser


def shown(user, **asked):
    page = logged_in(user).get(reverse("wallet"), asked)
    return [line.amount for line in page.context["page"].rows], page.content.decode()


def test_the_address_narrows_the_statement_and_sorts_it(advertiser):
    lines, _ = shown(
        advertiser.user, reason="recharge", **{"from": "2026-01-06", "to": "2026-01-08"}, ordering="oldest"
    )
    assert lines == [2, 3, 4]


def test_pages_and_file_keep_the_filters(advertiser):
    asked = {"reason": "recharge", "from": "2026-01-05", "to": "2026-01-29", "ordering": "oldest"}
    first, html = shown(advertiser.user, **asked)
    assert first == [10_000, *range(1, 20)]
    onward = html.partition('rel="next"')[2].partition('href="?')[2].partition('"')[0].replace("&amp;", "&")
    rest = logged_in(advertiser.user).get(f"{reverse('wallet')}?{onward}")
    assert [line.amount for line in rest.context["page"].rows] == [20, 21, 22, 23, 24, 25]
    assert (
        "format=xlsx" in html.partition("reason=recharge&amp;from=2026-01-05&amp;to=2026-01-29&amp;ordering=oldest")[2]
    )
    rows = sheet(advertiser.user, "wallet", **asked)
    assert [row["金额（元）"] * 100 for row in rows] == pytest.approx([10_000, *range(1, 26)])


@pytest.mark.parametrize(
    ("asked", "field", "error"),
    [
        ({"from": "2026-02-30"}, "from", "有效的日期"),
        ({"to": "gestern"}, "to", "有效的日期"),
        ({"from": "2026-02-01", "to": "2026-01-31"}, "to", "结束日期不能早于开始日期"),
        ({"reason": "payout"}, "reason", "payout"),
    ],
)
def test_what_is_wrong_says_so_at_its_field_keeps_what_was_typed_and_filters_nothing(advertiser, asked, field, error):
    lines, html = shown(advertiser.user, **asked)
    assert lines == shown(advertiser.user)[0]
    assert error in html.partition(f'id="id_{field}_error"')[2].partition("</div>")[0]
    assert all(f'value="{typed}"' in html for name, typed in asked.items() if name != "reason")
    assert len(sheet(advertiser.user, "wallet", **asked)) == 29


def test_a_wrong_field_leaves_the_others_as_they_are(advertiser):
    assert shown(advertiser.user, reason="fee", to="gestern")[0] == []


def test_the_reasons_offered_are_those_of_the_statement_in_its_own_words(advertiser):
    html = logged_in(advertiser.user).get(reverse("wallet")).content.decode()
    choices = html.partition('name="reason"')[2].partition("</select>")[0]
    assert "付给帐号主" in choices
    assert "结算付款" not in choices
    owner = UserFactory(identity="media")
    earn(AdvertiserFactory(), owner, {2: 500})
    html = logged_in(owner).get(reverse("earnings")).content.decode()
    choices = html.partition('name="reason"')[2].partition("</select>")[0]
    assert "订单收入" in choices
    assert "充值" not in choices


def test_an_empty_statement_says_whether_it_is_the_filters(advertiser):
    empty = shown(AdvertiserFactory().user)[1]
    assert "还没有记录" in empty
    assert "清除筛选" not in empty
    filtered = shown(advertiser.user, to="2025-12-31", ordering="oldest")[1]
    assert "没有符合条件的记录" in filtered
    assert 'href="?ordering=oldest">清除筛选' in filtered
    assert "还没有记录" not in filtered


def test_an_owner_narrows_earnings_the_same_way():
    owner = UserFactory(identity="media")
    for day in range(3):
        earn(AdvertiserFactory(), owner, {day + 1: 100 + day}, at=MONDAY + DAY * day)
    asked = {"from": "2026-01-06", "ordering": "oldest", "reason": "earn"}
    page = logged_in(owner).get(reverse("earnings"), asked)
    assert [line.amount for line in page.context["page"].rows] == [101, 102]
    assert [row["金额（元）"] for row in sheet(owner, "earnings", **asked)] == [1.01, 1.02]
