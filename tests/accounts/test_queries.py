"""The market as each advertiser may see it (R5, R7, R11, R14, R21, R29, R70, A26)."""

import pytest

from accounts import indicators, queries, slots
from accounts.models import MediaAccount
from accounts.queries import MarketFilters
from tests.factories import AdvertiserFactory, CategoryFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MINUTE, MONDAY

pytestmark = pytest.mark.django_db

START = MONDAY + 5 * HOUR


@pytest.fixture
def firm():
    return AdvertiserFactory()


@pytest.fixture
def person():
    return AdvertiserFactory(personal=True)


def _names(advertiser, **filters):
    rows = queries.market(advertiser=advertiser, filters=MarketFilters(**filters))
    return [account.screen_name for account in rows]


def test_an_enterprise_sees_every_account_that_takes_orders(firm):
    MediaAccountFactory(screen_name="甲")
    MediaAccountFactory(screen_name="乙", specific=True, followers=5)
    assert _names(firm) == ["甲", "乙"]


def test_a_person_sees_specific_accounts_only(person):
    MediaAccountFactory(screen_name="甲")
    MediaAccountFactory(screen_name="乙", specific=True)
    MediaAccountFactory(screen_name="丙", specific=True, specific_opt_in=False)
    assert _names(person) == ["乙"]


def test_a_person_finds_no_account_for_original_posts(person):
    MediaAccountFactory(specific=True)
    assert _names(person, form="original") == []


def test_an_unknown_form_finds_nothing(firm):
    MediaAccountFactory()
    assert _names(firm, form="story") == []


@pytest.mark.parametrize(
    "hidden",
    [
        {"taking": "off"},
        {"authorised": False},
        {"suspended_at": MONDAY},
        {"price_repost": None},
    ],
)
def test_an_account_that_cannot_be_chosen_is_not_in_the_market(firm, hidden):
    MediaAccountFactory(**hidden)
    assert _names(firm) == []


def test_nobody_finds_their_own_account(firm):
    MediaAccountFactory(weibo__user=firm.user)
    assert _names(firm) == []


def test_a_guessed_id_outside_the_view_does_not_exist(person, firm):
    account = MediaAccountFactory()
    assert queries.visible_account(advertiser=firm, account_id=account.pk) == account
    with pytest.raises(MediaAccount.DoesNotExist):
        queries.visible_account(advertiser=person, account_id=account.pk)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"category": "food"}, ["甲"]),
        ({"followers_min": 100_001}, ["乙"]),
        ({"followers_max": 100_000}, ["甲"]),
        ({"price_min": 6_000}, ["乙"]),
        ({"price_max": 5_000}, ["甲"]),
        ({"rating_min": 80}, ["乙"]),
        ({"verified": True}, ["乙"]),
        ({"verified": False}, ["甲"]),
        ({"region": "四川"}, ["甲"]),
        ({"q": " 甲 "}, ["甲"]),
        ({"q": "%"}, []),
        ({}, ["乙", "甲"]),
        ({"form": "original", "price_max": 10_000}, ["乙", "甲"]),
    ],
)
def test_each_filter_narrows_the_market(firm, filters, found):
    MediaAccountFactory(screen_name="甲", region="四川 成都")
    MediaAccountFactory(
        screen_name="乙",
        category=CategoryFactory(slug="travel"),
        followers=200_000,
        price_repost=7_000,
        rating=85,
        region="北京",
        weibo__verified=True,
    )
    assert _names(firm, **filters) == found


@pytest.mark.parametrize(
    ("ordering", "found"),
    [
        ("-followers", ["乙", "甲", "丙"]),
        ("price", ["甲", "丙", "乙"]),
        ("-rating", ["丙", "乙", "甲"]),
        ("cpm", ["甲", "乙", "丙"]),
        ("; drop table", ["乙", "甲", "丙"]),
    ],
)
def test_the_market_is_ordered_as_asked(firm, ordering, found):
    MediaAccountFactory(screen_name="甲", followers=100_000, price_repost=1_000, rating=50)
    MediaAccountFactory(screen_name="乙", followers=200_000, price_repost=9_000, rating=60)
    MediaAccountFactory(screen_name="丙", followers=0, price_repost=2_000, rating=70)
    assert _names(firm, ordering=ordering) == found


def test_a_person_cannot_filter_or_sort_by_what_they_cannot_see(person):
    MediaAccountFactory(screen_name="甲", specific=True, region="四川", followers=9, price_repost=1)
    MediaAccountFactory(screen_name="乙", specific=True, region="北京", followers=10, price_repost=9_000)
    assert _names(person, region="四川", verified=True, ordering="cpm") == ["乙", "甲"]
    unseen = {"accept_rate_min": 1, "answer_max": 1, "reposts_min": 1, "comments_min": 1, "cpm_max": 1}
    assert _names(person, **unseen) == ["乙", "甲"]


def test_a_row_carries_price_cpm_and_whether_it_is_busy(firm):
    account = MediaAccountFactory()
    slots.take([slots.Wanted(account.pk, START, 1)])
    row = queries.market(advertiser=firm, filters=MarketFilters(), at=START + 14 * MINUTE).get()
    assert (row.price, row.cpm, row.busy) == (5_000, 50, True)
    later = queries.market(advertiser=firm, filters=MarketFilters(), at=START + 15 * MINUTE).get()
    assert later.busy is False


def test_only_free_accounts_on_request(firm):
    busy, free = MediaAccountFactory.create_batch(2)
    slots.take([slots.Wanted(busy.pk, START, 1)])
    rows = queries.market(advertiser=firm, filters=MarketFilters(free_only=True), at=START)
    assert list(rows) == [free]


def test_a_page_of_the_market_is_one_query(firm, django_assert_num_queries):
    MediaAccountFactory.create_batch(5)
    with django_assert_num_queries(1):
        for row in queries.market(advertiser=firm, filters=MarketFilters(), at=START)[:20]:
            indicators.row(account=row, advertiser=firm)


@pytest.mark.parametrize(
    ("facts", "form", "busy", "reason"),
    [
        ({}, "repost", False, ""),
        ({}, "original", False, ""),
        ({"taking": "off"}, "repost", False, "未开通接单功能"),
        ({"authorised": False}, "repost", False, "授权已失效"),
        ({"suspended_at": MONDAY}, "repost", False, "暂停交易"),
        ({"price_original": None}, "original", False, "未设定此形式的价格"),
        ({}, "repost", True, "15 分钟内已接受其它任务"),
    ],
)
def test_why_an_account_cannot_be_chosen_is_said_in_words(firm, facts, form, busy, reason):
    account = MediaAccountFactory(**facts)
    said = queries.why_not(account, form=form, start=START, advertiser=firm, busy=busy)
    assert reason in said
    assert bool(said) == bool(reason)


def test_why_not_knows_own_accounts_and_what_a_person_may_do(firm, person):
    own = MediaAccountFactory(weibo__user=firm.user)
    other = MediaAccountFactory()
    ask = {"start": START, "busy": False}
    assert "自己的帐号" in queries.why_not(own, form="repost", advertiser=firm, **ask)
    assert "转发的形式" in queries.why_not(other, form="original", advertiser=person, **ask)
    assert "个人用户可选范围" in queries.why_not(other, form="repost", advertiser=person, **ask)


def test_the_field_matrix_shows_a_person_five_things(person, firm):
    account = MediaAccountFactory()
    seen = indicators.row(account=account, advertiser=person)
    assert set(seen) == {"screen_name", "category", "followers", "rating", "price_repost"}
    more = indicators.row(account=account, advertiser=firm)
    assert (more["category"], more["cpm_original"], more["cpm_repost"]) == ("美食", 100, 50)


def test_an_account_without_category_or_followers_has_blanks(firm):
    account = MediaAccountFactory(category=None, followers=0, price_original=None)
    row = indicators.row(account=account, advertiser=firm)
    assert (row["category"], row["cpm_repost"], row["cpm_original"]) == ("", None, None)


def test_a_user_without_any_account_owns_none():
    MediaAccountFactory()
    assert not MediaAccount.objects.owned_by(UserFactory()).exists()
