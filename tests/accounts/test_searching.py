"""The search by index finds what `queries.market` means, page by page, whatever is asked (R5, R7, R21, R29)."""

import random
from itertools import pairwise

import pytest

from accounts import queries, slots
from accounts.models import Favourite, MediaAccount
from accounts.queries import MarketFilters
from accounts.searching import Search
from tests.factories import AdvertiserFactory, CategoryFactory, MediaAccountFactory
from tests.moments import HOUR, MINUTE, MONDAY
from weitask import keyset

pytestmark = pytest.mark.django_db

START = MONDAY + 5 * HOUR
SHAPES = ("original", "repost")


@pytest.fixture
def market():
    """Sixty accounts around the edges of bands, some of them hidden in each way there is, one in four busy."""
    rng = random.Random(3)
    food, travel = CategoryFactory(), CategoryFactory(slug="travel", name="旅游")
    made = [
        MediaAccountFactory(
            category=rng.choice([food, travel, None]),
            weibo__followers=rng.choice([0, 4_999, 5_000, 24_999, 25_000, 700_000]),
            weibo__verified=rng.random() < 0.5,
            screen_name=rng.choice(["火锅", "Hot_pot", "100%"]) + str(number),
            region=rng.choice(["四川 成都", "北京"]),
            price_original=rng.choice([None, 1_999, 2_000, 50_000]),
            price_repost=rng.choice([None, 1_999, 10_000]),
            rating=rng.choice([0, 60, 100]),
            taking=rng.choice(["open", "open", "open", "off"]),
            authorised=rng.random() < 0.9,
            suspended_at=None if rng.random() < 0.9 else MONDAY,
            specific=rng.random() < 0.7,
            specific_opt_in=rng.random() < 0.8,
            accept_rate_bp=rng.choice([None, 4_999, 5_000]),
            answer_minutes=rng.choice([None, 30, 31]),
            median_reposts=rng.choice([None, 9, 10]),
            median_comments=rng.choice([None, 4, 5]),
        )
        for number in range(60)
    ]
    slots.take([slots.Wanted(one.pk, START + rng.randint(-20, 20) * MINUTE, one.pk) for one in made[::4]])
    return made


def asked(rng: random.Random) -> MarketFilters:
    wanted = {
        "category": ["food", "旅游", "Food", "nothing"],
        "followers_min": [0, 5_000, 25_000],
        "followers_max": [4_999, 25_000, 10**12],
        "price_min": [0, 2_000, 9_999],
        "price_max": [1_999, 2_000, 60_000],
        "rating_min": [60, 100],
        "verified": [True, False],
        "region": ["四川", " ", "%"],
        "accept_rate_min": [0, 5_000],
        "answer_max": [30, 10**6],
        "reposts_min": [0, 10],
        "comments_min": [0, 5],
        "cpm_max": [79, 80, 400, 10**9],
        "q": ["hot", "_", "%", "锅1", "\\"],
        "free_only": [True],
        "favourites": [True],
    }
    chosen = {name: rng.choice(values) for name, values in wanted.items() if rng.random() < 0.2}
    return MarketFilters(form=rng.choice(SHAPES), ordering=rng.choice(list(queries.ORDERINGS)), **chosen)


def pages(search: Search, *, size: int) -> list[int]:
    key = queries.sort_key(advertiser=search.advertiser, filters=search.filters)
    found: list[int] = []
    seen = None
    while rows := keyset.window(search, key=key, seen=seen, count=size):
        found += [row.pk for row in rows]
        seen = (getattr(rows[-1], key.removeprefix("-")), rows[-1].pk)
    return found


@pytest.mark.parametrize("kind", ["enterprise", "personal"])
def test_pages_are_those_of_the_plain_query(market, kind):
    rng = random.Random(kind)
    advertiser = AdvertiserFactory(personal=kind == "personal")
    MediaAccount.objects.filter(pk__in=[one.pk for one in market[:5]]).update(owner=advertiser.user)
    Favourite.objects.bulk_create(
        Favourite(advertiser=whose, account=one, at=MONDAY)
        for whose, one in [*((advertiser, one) for one in market[::2]), *((AdvertiserFactory(), one) for one in market)]
    )
    hits = 0
    for _ in range(150):
        filters, at = asked(rng), rng.choice([None, START])
        plain = list(queries.market(advertiser=advertiser, filters=filters, at=at).values_list("pk", flat=True))
        assert pages(Search(advertiser, filters, at), size=3) == plain, filters
        hits += len(plain)
    assert hits > 100


def test_a_row_says_what_the_plain_query_says(market):
    firm = AdvertiserFactory()
    filters = MarketFilters(form="original")
    plain = list(queries.market(advertiser=firm, filters=filters, at=START))
    found = keyset.window(Search(firm, filters, START), key="-followers", seen=None, count=100)
    shown = ("pk", "screen_name", "price", "cpm", "busy", "owner_id", "rating")
    assert [[getattr(row, name) for name in shown] for row in found] == [
        [getattr(row, name) for name in shown] for row in plain
    ]
    assert [row.category for row in found] == [str(row.category or "") for row in plain]
    assert {row.busy for row in found} == {True, False}


def test_a_page_of_the_search_is_one_statement(market, django_assert_num_queries):
    firm = AdvertiserFactory()
    with django_assert_num_queries(1):
        keyset.window(Search(firm, MarketFilters(category="food"), START), key="-followers", seen=None, count=21)


def test_many_who_are_busy_are_asked_one_by_one(market, monkeypatch):
    monkeypatch.setattr("accounts.searching._FEW", 3)
    firm, filters = AdvertiserFactory(), MarketFilters(form="original", free_only=True)
    plain = queries.market(advertiser=firm, filters=filters, at=START).values_list("pk", flat=True)
    assert pages(Search(firm, filters, START), size=4) == list(plain)


def test_nobody_finds_a_way_around_the_view_by_price(market):
    """Bands are a way to look, never a filter: every account is in exactly one of them."""
    firm = AdvertiserFactory()
    edges = [None, 0, 1_999, 2_000, 10_000, 50_000, None]
    whole = {row.pk for row in queries.market(advertiser=firm, filters=MarketFilters(form="original"))}
    parts = [
        pages(Search(firm, MarketFilters(form="original", price_min=low and low + 1, price_max=high)), size=5)
        for low, high in pairwise(edges)
    ]
    assert sorted(pk for part in parts for pk in part) == sorted(whole)
