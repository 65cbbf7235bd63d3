"""accounts/: what a person and an enterprise see, filter and page through (R5, R7, section 5)."""

import pytest

from accounts import slots
from accounts.models import MediaAccount
from tests.api.callers import START, Caller, problem
from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world

ENTERPRISE_ONLY = {
    "price_original", "region", "organisation", "cpm_repost", "cpm_original", "accept_rate_bp", "lapse_rate_bp",
    "answer_minutes", "median_reposts", "median_comments",
}  # fmt: skip


def names(caller: Caller, **query) -> list[int]:
    return [row["id"] for row in caller.done("get", "accounts/", **query)["results"]]


def test_an_enterprise_sees_every_column(buyer):
    MediaAccountFactory()
    (row,) = buyer.done("get", "accounts/")["results"]
    assert set(row) >= ENTERPRISE_ONLY
    assert (row["price"], row["cpm_original"]) == ("100.00", "1.00")


def test_a_person_sees_specific_accounts_and_no_enterprise_column(person):
    MediaAccountFactory()
    listed = MediaAccountFactory(specific_one=True)
    (row,) = person.done("get", "accounts/")["results"]
    assert (row["id"], row["price"]) == (listed.pk, "50.00")
    assert not ENTERPRISE_ONLY & set(row)


def test_a_person_gets_nothing_for_a_form_that_is_not_theirs(person):
    MediaAccountFactory(specific_one=True)
    assert names(person, form="original") == []
    assert names(person, form="original", ordering="cpm") == []


def test_a_guessed_id_is_not_there(person):
    hidden = MediaAccountFactory()
    problem(person.get(f"accounts/{hidden.pk}/"), 404)
    problem(person.get("accounts/999999999999999999/"), 404)


def test_the_price_of_a_hidden_form_is_not_told(person):
    account = MediaAccountFactory(specific_one=True)
    row = person.done("get", f"accounts/{account.pk}/", form="original")
    assert (row["price"], row["selectable"]) == (None, False)


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ({"followers_min": 200_000}, 1),
        ({"followers_max": 200_000}, 1),
        ({"price_min": "150.00"}, 1),
        ({"price_max": "150.00"}, 1),
        ({"rating_min": 80}, 1),
        ({"q": "火锅"}, 1),
        ({"region": "四川"}, 1),
        ({"category": "food"}, 2),
        ({"category": "美食"}, 2),
        ({"category": "Food"}, 2),
        ({"category": "nothing"}, 0),
        ({"verified": "true"}, 1),
        ({"verified": "", "q": ""}, 2),
        ({"form": "repost"}, 2),
        ({"cpm_max": "0.80"}, 1),
        ({"accept_rate_min": 6_000}, 1),
        ({"answer_max": 20}, 1),
        ({"reposts_min": 50}, 1),
        ({"comments_min": 9}, 0),
    ],
)
def test_each_filter_filters(buyer, query, hits):
    MediaAccountFactory()
    MediaAccountFactory(
        weibo__followers=300_000, weibo__verified=True, weibo__screen_name="成都火锅", region="四川 成都",
        price_original=20_000, rating=90,
        accept_rate_bp=6_000, answer_minutes=20, median_reposts=50, median_comments=8,
    )  # fmt: skip
    assert len(names(buyer, **query)) == hits


@pytest.mark.parametrize(
    "query",
    [{"price_min": "a"}, {"followers_min": -1}, {"free_at": "tomorrow"}, {"free_at": "2026-01-05T12:00:00"},
     {"ordering": "id"}, {"form": "video"}, {"rating_min": 101}],
)  # fmt: skip
def test_a_filter_that_is_nonsense_is_refused_at_its_name(buyer, query):
    assert set(query) == set(problem(buyer.get("accounts/", **query), 400, "invalid")["fields"])


def test_who_is_busy_is_left_out_or_said_to_be_so(buyer):
    order = world.accepted()
    busy = order.account_id
    assert slots.taken(pairs=[(busy, START)])
    assert names(buyer, free_at=START.isoformat()) == []
    (row,) = buyer.done("get", "accounts/", start_at=START.isoformat())["results"]
    assert (row["selectable"], "15 分钟" in row["why_not"]) == (False, True)
    assert buyer.done("get", f"accounts/{busy}/", start_at=(START + HOUR).isoformat())["selectable"]


@pytest.mark.parametrize(
    ("ordering", "of"),
    [
        ("-followers", lambda a: (-a.followers, -a.pk)),
        ("price", lambda a: (a.price_original, a.pk)),
        ("-rating", lambda a: (-a.rating, -a.pk)),
        ("cpm", lambda a: (a.price_original * 1000 // a.followers if a.followers else 2**62, a.pk)),
    ],
)
def test_pages_of_every_ordering_show_each_account_once_and_lead_back(buyer, ordering, of):
    for number in range(7):
        MediaAccountFactory(weibo__followers=(number % 3) * 1_000, price_original=100 * (1 + number % 2), rating=60)
    expected = [account.pk for account in sorted(MediaAccount.objects.all(), key=of)]
    page = buyer.done("get", "accounts/", ordering=ordering, page_size=2)
    first, seen = page, [row["id"] for row in page["results"]]
    while page["next"]:
        last, page = page, buyer.client.get(page["next"]).data
        seen += [row["id"] for row in page["results"]]
    assert seen == expected
    assert buyer.client.get(page["previous"]).data["results"] == last["results"]
    assert first["previous"] is None


@pytest.mark.parametrize("cursor", ["x", "bi4xLjE=.", "é", "bi5hLmI", "eC4xLjE", "bi45OTk5OTk5OTk5OTk5OTk5OTk5OS4x"])
def test_a_cursor_of_nobody_is_not_found(buyer, cursor):
    problem(buyer.get("accounts/", cursor=cursor), 404)


def test_listing_costs_the_same_queries_for_one_and_for_many(buyer, django_assert_max_num_queries):
    for _ in range(12):
        MediaAccountFactory()
    with django_assert_max_num_queries(8):
        assert len(names(buyer, free_at=MONDAY.isoformat())) == 12
