"""Every page opens, for whom it is meant, in both languages, and stays narrow in queries."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.people import prove
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import MONDAY
from tests.orders import world
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


PUBLIC = ["home", "help", "lessons", "support", "account_login", "account_signup", "account_reset_password"]
EVERYBODY = ["identity", "weibo_accounts", "notices", "help", "support", "account_change_password"]
ADVERTISER = ["home", "tasks", "market", "wallet", "recharges", "recharge", "task_new"]
OWNER = ["home", "orders", "orders_calendar", "media_accounts", "earnings", "payouts", "bank_card"]


def page(client: Client, name: str, *args: object, language: str = "zh-hans"):
    client.cookies["django_language"] = language
    return client.get(reverse(name, args=args))


def logged_in(user) -> Client:
    """Somebody who came in a moment ago and was asked for the password again."""
    client = Client()
    client.force_login(user, backend="accounts.sessions.Login")
    prove(client.session, user)
    return client


@pytest.mark.parametrize("name", PUBLIC)
def test_a_stranger_opens_the_public_pages(client, name):
    assert page(client, name).status_code == 200


@pytest.mark.parametrize("name", [*ADVERTISER[1:], *OWNER[1:], "notices"])
def test_a_stranger_is_sent_to_the_login(client, name):
    answer = page(client, name)
    assert answer.status_code == 302
    assert reverse("account_login") in answer.url


@pytest.mark.parametrize("name", [*EVERYBODY, *ADVERTISER])
def test_an_advertiser_opens_every_page_of_the_workspace(name):
    order = world.published()
    assert page(logged_in(order.advertiser.user), name).status_code == 200


@pytest.mark.parametrize("name", [*EVERYBODY, *OWNER])
def test_an_owner_opens_every_page_of_the_workspace(name):
    order = world.achieved()
    order.owner.identity = "media"
    order.owner.save()
    assert page(logged_in(order.owner), name).status_code == 200


def test_an_advertiser_sees_a_task_and_its_orders():
    order = world.published()
    client = logged_in(order.advertiser.user)
    shown = page(client, "task", order.task_id).content.decode()
    assert "已发布" in shown
    assert page(client, "task_order", order.pk).status_code == 200


def test_an_owner_sees_only_the_net_income_of_an_order():
    order = world.one()
    order.owner.identity = "media"
    order.owner.save()
    shown = page(logged_in(order.owner), "order", order.pk).content.decode()
    assert "¥100.00" in shown
    assert "接单" in shown


@pytest.mark.parametrize("name", ["task", "task_order"])
def test_a_strange_advertiser_finds_nothing(name):
    order = world.published()
    stranger = AdvertiserFactory()
    pk = order.task_id if name == "task" else order.pk
    assert page(logged_in(stranger.user), name, pk).status_code == 404


def test_a_strange_owner_finds_nothing():
    order = world.one()
    stranger = UserFactory(identity="media")
    client = logged_in(stranger)
    assert page(client, "order", order.pk).status_code == 404
    assert client.post(reverse("order_accept", args=[order.pk])).status_code == 404


def test_the_owner_refuses_with_a_reason_and_keeps_what_was_typed():
    order = world.one()
    order.owner.identity = "media"
    order.owner.save()
    client = logged_in(order.owner)
    refused = client.post(reverse("order_refuse", args=[order.pk]), {"reason_code": "style", "reason": "太短"})
    assert refused.status_code == 400
    assert "太短" in refused.content.decode()


POSTS = [
    ("identity", "choose_identity", {"identity": "nonsense"}, 400),
    ("notices", "notices_read", {}, 302),
]


@pytest.mark.parametrize(("_from", "name", "sent", "status"), POSTS)
def test_buttons_of_everybody_answer(_from, name, sent, status):
    client = logged_in(AdvertiserFactory().user)
    assert client.post(reverse(name), sent).status_code == status
