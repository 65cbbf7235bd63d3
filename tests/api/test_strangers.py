"""Whoever has no part in a thing finds nothing there; whoever has not the role is refused (section 5)."""

from typing import Any

import pytest

from billing.models import TopUp
from orders.models import Order
from tests.api.callers import Caller, problem
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import MONDAY
from tests.orders import world

pytestmark = pytest.mark.usefixtures("pinned")

OF_ADVERTISERS = [
    ("get", "tasks/{task}/", None),
    ("patch", "tasks/{task}/", {"text": "x"}),
    ("delete", "tasks/{task}/", None),
    ("post", "tasks/{task}/submit/", {}),
    ("get", "tasks/{task}/orders/", None),
    ("post", "tasks/{task}/orders/", {"selections": [{"account": 1}]}),
    ("get", "tasks/{task}/report/", None),
    ("get", "tasks/{task}/report.xlsx", None),
    ("get", "recharges/{number}/", None),
]
OF_OWNERS = [
    ("get", "orders/{order}/", None),
    ("post", "orders/{order}/accept/", {}),
    ("post", "orders/{order}/refuse/", {"reason_code": "time", "reason": "这周的档期已经排满了"}),
    ("get", "my/accounts/{account}/", None),
    ("patch", "my/accounts/{account}/", {"price_original": "1.00"}),
]
OF_ALL = [("post", "notices/{notice}/read/", {})]
OF_REVIEWERS = [
    ("post", "review/tasks/{task}/approve/", {}),
    ("post", "review/tasks/{task}/reject/", {"reason": "x"}),
    ("post", "review/tasks/{task}/halt/", {"reason": "x"}),
    ("post", "review/accounts/{account}/approve/", {}),
    ("post", "review/accounts/{account}/reject/", {"reason": "x"}),
]
LISTS = ["accounts/", "tasks/", "wallet/", "wallet/entries/", "orders/", "earnings/", "earnings/entries/", "payouts/",
         "bank-card/", "my/accounts/"]  # fmt: skip


@pytest.fixture
def order() -> Order:
    return world.published()


@pytest.fixture
def ids(order) -> dict[str, Any]:
    topup = TopUp.objects.filter(advertiser=order.advertiser).first()
    notice = order.owner.notices.first()
    return {
        "task": order.task_id,
        "order": order.pk,
        "account": order.account_id,
        "number": topup.number,
        "notice": notice.pk,
    }


def call(caller: Caller, method: str, path: str, body: Any) -> Any:
    return getattr(caller, method)(path, *([] if body is None else [body]))


STRANGERS = {
    "an enterprise": lambda: AdvertiserFactory().user,
    "a person": lambda: AdvertiserFactory(personal=True).user,
    "an owner": lambda: MediaAccountFactory().owner,
    "nobody yet": lambda: UserFactory(),
    "a superuser": lambda: UserFactory(is_staff=True, is_superuser=True),
}


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize(("method", "path", "body"), [*OF_ADVERTISERS, *OF_OWNERS, *OF_ALL])
def test_a_stranger_finds_nothing(ids, order, who, method, path, body):
    problem(call(Caller(STRANGERS[who]()), method, path.format(**ids), body), 404)
    order.refresh_from_db()
    assert order.state == "published"


@pytest.mark.parametrize(("method", "path", "body"), [*OF_ADVERTISERS, *OF_OWNERS, *OF_ALL, *OF_REVIEWERS])
def test_without_a_login_one_is_asked_to_log_in(ids, method, path, body):
    problem(call(Caller(), method, path.format(**ids), body), 401)


@pytest.mark.parametrize("path", LISTS)
def test_without_a_login_no_list_opens(path):
    problem(Caller().get(path), 401)


@pytest.mark.parametrize(("method", "path", "body"), OF_REVIEWERS)
@pytest.mark.parametrize("who", ["an enterprise", "an owner", "staff"])
def test_only_reviewers_review(ids, who, method, path, body):
    user = UserFactory(staff=True) if who == "staff" else STRANGERS[who]()
    problem(call(Caller(user), method, path.format(**ids), body), 403)


@pytest.mark.parametrize(("method", "path", "body"), OF_OWNERS[:3])
def test_the_advertiser_of_an_order_is_no_owner_of_it(ids, order, method, path, body):
    problem(call(Caller(order.advertiser.user), method, path.format(**ids), body), 404)


@pytest.mark.parametrize(("method", "path", "body"), OF_ADVERTISERS)
def test_the_owner_of_an_order_sees_nothing_of_the_task(ids, order, method, path, body):
    problem(call(Caller(order.owner), method, path.format(**ids), body), 404)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("who", ["an enterprise", "an owner"])
def test_the_lists_of_strangers_do_not_name_the_order(order, path, who):
    answer = Caller(STRANGERS[who]()).get(path)
    assert answer.status_code in (200, 403)
    assert order.number not in answer.content.decode()


def test_the_path_decides_the_role_not_the_chosen_workspace(order):
    AdvertiserFactory(user=order.owner, created_at=MONDAY)
    both = Caller(order.owner)
    assert both.done("get", "wallet/")["balance"] == "0.00"
    assert both.done("get", f"orders/{order.pk}/")["id"] == order.pk
