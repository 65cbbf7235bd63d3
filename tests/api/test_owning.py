"""my/accounts/, orders/, earnings/, payouts/, bank-card/: what an owner reads and sets."""

import pytest

from accounts.models import Category, MediaAccount, RatingScore
from tests.api.callers import Caller, problem
from tests.api.test_journey import CARD
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import MONDAY
from tests.orders import world

pytestmark = pytest.mark.usefixtures("pinned")
REASON = "这周的档期已经排满，非常抱歉"


@pytest.fixture
def account(db) -> MediaAccount:
    return MediaAccountFactory()


@pytest.fixture
def owner(account) -> Caller:
    return Caller(account.owner)


def test_prices_are_set_one_by_one_and_taken_away(owner, account):
    path = f"my/accounts/{account.pk}/"
    assert owner.done("patch", path, {"price_original": "388.5"})["price_original"] == "388.50"
    found = owner.done("patch", path, {"price_repost": None})
    assert (found["price_original"], found["price_repost"], found["state"]) == ("388.50", None, "open")


@pytest.mark.parametrize("price", ["0", "-1.00", "1.001", "abc", 388, 388.5, True, "100000000.01"])
def test_a_price_that_is_none_is_refused_at_its_field(owner, account, price):
    document = problem(owner.patch(f"my/accounts/{account.pk}/", {"price_original": price}), 400)
    assert "price_original" in document["fields"]


@pytest.mark.parametrize("field", ["rating", "taking", "review", "owner", "suspended_at", "specific", "followers"])
def test_nothing_else_can_be_assigned(owner, account, field):
    document = problem(owner.patch(f"my/accounts/{account.pk}/", {field: 1}), 400, "invalid")
    assert document["fields"] == {field: ["未知字段"]}


def test_category_and_opt_in_are_set_together_or_not_at_all(owner, account):
    path = f"my/accounts/{account.pk}/"
    problem(owner.patch(path, {"accepts_personal": False, "category": "nothing"}), 400, "category_unknown")
    assert owner.done("get", path)["accepts_personal"]
    other = Category.objects.exclude(pk=account.category_id).first()
    found = owner.done("patch", path, {"accepts_personal": False, "category": other.slug})
    assert (found["accepts_personal"], found["category"]["slug"]) == (False, other.slug)
    assert owner.done("patch", path, {"category": "美食"})["category"]["slug"] == "food"


def test_an_organisation_applies_by_its_category(owner, account):
    MediaAccount.objects.update(organisation=True, taking="off")
    found = owner.done("patch", f"my/accounts/{account.pk}/", {"category": "food"})
    assert (found["taking"], found["state"]) == ("applied", "applied")
    problem(owner.patch(f"my/accounts/{account.pk}/", {"category": "food"}), 409, "taking_applied")


@pytest.mark.parametrize(
    ("change", "state"),
    [({"suspended_at": MONDAY}, "suspended"), ({"authorised": False}, "unauthorised"),
     ({"taking": "off", "review": "pending"}, "pending")],
)  # fmt: skip
def test_the_state_says_what_stands_in_the_way(owner, account, change, state):
    MediaAccount.objects.update(**change)
    (row,) = owner.done("get", "my/accounts/")["results"]
    assert row["state"] == state


def test_the_newest_rating_comes_with_its_parts(owner, account):
    part = {"key": "reach", "points": 9, "most": 10}
    RatingScore.objects.create(account=account, score=1, parts=[], formula="v1", at=MONDAY)
    RatingScore.objects.create(account=account, score=70, parts=[part], formula="v1", at=MONDAY)
    assert owner.done("get", f"my/accounts/{account.pk}/")["rating_parts"] == [part]


def test_an_owner_sees_net_income_and_never_the_advertisers_side():
    order = world.one()
    row = Caller(order.owner).done("get", f"orders/{order.pk}/")
    assert (row["income"], row["label"], row["state"]) == ("100.00", "派单", "dispatched")
    assert not {"fee", "total", "price", "task", "advertiser", "rating"} & set(row)


@pytest.mark.parametrize("state", ["dispatched", "派单", ""])
def test_orders_are_filtered_by_label_in_either_name(state):
    order = world.one()
    caller = Caller(order.owner)
    assert len(caller.done("get", "orders/", state=state, account=order.account_id)["results"]) == 1
    assert caller.done("get", "orders/", state="payout_paid")["results"] == []
    assert caller.done("get", "orders/", account=order.account_id + 1)["results"] == []
    problem(caller.get("orders/", state="nonsense"), 400, "invalid")


def test_labels_stay_chinese_for_an_english_reader():
    caller = Caller(world.published().owner)
    answer = caller.client.get("/api/v1/orders/", headers={"Accept-Language": "en"})
    assert answer.data["results"][0]["label"] == "已发布"


def test_an_order_is_accepted_once():
    order = world.one()
    caller = Caller(order.owner)
    assert caller.done("post", f"orders/{order.pk}/accept/")["state"] == "accepted"
    problem(caller.post(f"orders/{order.pk}/accept/"), 409, "not_dispatched")


def test_an_order_is_refused_with_a_reason_of_ten_characters():
    order = world.one()
    caller, path = Caller(order.owner), f"orders/{order.pk}/refuse/"
    assert (
        "reason" in problem(caller.post(path, {"reason_code": "time", "reason": "忙"}), 400, "reason_short")["fields"]
    )
    problem(caller.post(path, {"reason_code": "slot_clash", "reason": REASON}), 400, "invalid")
    done = caller.done("post", path, {"reason_code": "time", "reason": REASON})
    assert (done["label"], done["refusal_reason"]) == ("拒单", REASON)


def test_a_post_has_an_address_and_a_friday():
    order = world.published()
    row = Caller(order.owner).done("get", f"orders/{order.pk}/")
    assert row["post_url"].startswith("https://weibo.com/")
    assert row["friday"].startswith("2026-01-09T00:00:00+08:00")


def test_earnings_forecast_each_order_at_its_friday():
    order = world.achieved()
    found = Caller(order.owner).done("get", "earnings/")
    assert (found["payable"], found["earned_total"]) == ("100.00", "100.00")
    (friday,) = found["forecast"]
    assert (friday["income"], friday["orders"][0]["id"], friday["orders"][0]["earned"]) == ("100.00", order.pk, True)
    caller = Caller(order.owner)
    assert [line["reason"] for line in caller.done("get", "earnings/entries/")["results"]] == ["earn"]
    assert caller.done("get", "payouts/")["results"] == []


def test_a_card_is_bound_with_its_code_and_shows_four_digits(owner, account, sandbox):
    waiting = owner.done("put", "bank-card/", CARD)
    assert (waiting["bound"], waiting["waiting"]["last4"]) == (None, "0008")
    problem(owner.post("bank-card/confirm/", {"code": "000000"}), 400)
    bound = owner.done("post", "bank-card/confirm/", {"code": "123456"})
    assert (bound["bound"]["state"], bound["waiting"]) == ("bound", None)
    assert "622202" not in str(owner.get("bank-card/").content)


def test_a_card_needs_consent_and_every_detail(owner, account):
    problem(owner.put("bank-card/", {**CARD, "consent": False}), 400, "consent_missing")
    assert "phone" in problem(owner.put("bank-card/", {**CARD, "phone": "1"}), 400)["fields"]
    problem(owner.post("bank-card/confirm/", {"code": "123456"}), 409, "not_waiting")


def test_an_advertiser_is_no_owner(account):
    caller = Caller(AdvertiserFactory().user)
    for path in ("orders/", "earnings/", "earnings/entries/", "payouts/", "my/accounts/", "bank-card/"):
        problem(caller.get(path), 403, "permission-denied")


def test_the_list_of_orders_costs_the_same_queries_for_many(django_assert_max_num_queries):
    owner = UserFactory(identity="media")
    world.dispatched(accounts=[MediaAccountFactory(weibo__user=owner) for _ in range(5)])
    with django_assert_max_num_queries(8):
        assert len(Caller(owner).done("get", "orders/")["results"]) == 5
