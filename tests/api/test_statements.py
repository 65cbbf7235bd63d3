"""wallet/entries/ and earnings/entries/: narrowed by reason and days of Shanghai, in either order of time (R120)."""

import pytest

from tests.api.callers import Caller, problem
from tests.billing.book import earn, recharge
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import DAY, MONDAY

pytestmark = [pytest.mark.usefixtures("pinned"), pytest.mark.django_db]
WALLET, EARNINGS = "wallet/entries/", "earnings/entries/"


@pytest.fixture
def advertiser():
    advertiser = AdvertiserFactory()
    for day in range(5):
        recharge(advertiser, 100 * (day + 1), at=MONDAY + DAY * day)
    return Caller(advertiser.user)


def amounts(caller, path, **asked):
    return [line["amount"] for line in caller.done("get", path, **asked)["results"]]


def test_days_and_order_are_asked_for_in_the_address(advertiser):
    assert amounts(advertiser, WALLET, **{"from": "2026-01-06", "to": "2026-01-08"}) == ["4.00", "3.00", "2.00"]
    assert amounts(advertiser, WALLET, to="2026-01-06", ordering="at", reason="recharge") == ["1.00", "2.00"]
    assert amounts(advertiser, WALLET, reason="goodwill") == []
    assert len(amounts(advertiser, WALLET, reason="", to="", **{"from": ""})) == 5


def test_pages_keep_the_filters_and_lead_back(advertiser):
    first = advertiser.done("get", WALLET, **{"from": "2026-01-06"}, ordering="at", page_size=2)
    second = advertiser.client.get(first["next"]).data
    assert [line["amount"] for line in second["results"]] == ["4.00", "5.00"]
    assert advertiser.client.get(second["previous"]).data["results"] == first["results"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2026-02-30"}, "from"),
        ({"to": "gestern"}, "to"),
        ({"from": "2026-02-01", "to": "2026-01-31"}, "to"),
        ({"reason": "payout"}, "reason"),
        ({"ordering": "amount"}, "ordering"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(advertiser, asked, field):
    assert set(problem(advertiser.get(WALLET, **asked), 400)["fields"]) == {field}


def test_an_owner_narrows_earnings_by_their_own_reasons():
    owner = UserFactory(identity="media")
    earn(AdvertiserFactory(), owner, {1: 700})
    caller = Caller(owner)
    assert amounts(caller, EARNINGS, reason="earn", to="2026-01-05") == ["7.00"]
    assert amounts(caller, EARNINGS, reason="paid") == []
    assert "reason" in problem(caller.get(EARNINGS, reason="recharge"), 400)["fields"]
