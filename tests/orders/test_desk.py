"""The desk of orders in the admin (R16, R113, A6, A40, A45, A48)."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts import access
from orders import deciding
from orders.models import Order, Verdict
from tests.factories import UserFactory
from tests.moments import DAY, MONDAY
from tests.orders import world
from tests.orders.test_answering import refuse
from tests.orders.test_deciding import lost_post, undecided
from weitask import clock

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/order/"


@pytest.fixture(autouse=True)
def monday(db):
    clock.pin(at=MONDAY)


@pytest.fixture
def person():
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=access.TASK_REVIEW))
    return user


@pytest.fixture
def desk(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def press(client, order, button, **data):
    data = {"confirmed": "yes", "reason": "看过证据", "weibo_id": "", "posted_at": "", **data}
    answer = client.post(f"{LIST}{order.pk}/{button}/", data, follow=True)
    assert answer.status_code == 200
    order.refresh_from_db()
    return answer.content.decode()


def test_the_list_shows_orders_and_filters_by_label_and_by_what_waits(desk):
    order, waiting = world.one(), undecided(world.published(), "straddle")
    shown = page(desk, LIST)
    assert order.number in shown
    assert waiting.number in shown
    assert order.number not in page(desk, f"{LIST}?label=published")
    for value in ("any", "straddle"):
        shown = page(desk, f"{LIST}?waiting={value}")
        assert waiting.number in shown
        assert order.number not in shown


def test_the_page_shows_the_evidence_and_nothing_to_type(desk):
    order = lost_post()
    shown = page(desk, f"{LIST}{order.pk}/change/")
    for words in (order.number, "已接单", "结果未知", "100.00"):
        assert words in shown
    assert 'name="state"' not in shown
    assert "_save" not in shown


def test_a_retention_badge_stands_beside_the_label(desk):
    order = refuse(world.one())
    assert "与帐号风格不符" in page(desk, f"{LIST}{order.pk}/change/")
    early = world.achieved()
    Order.objects.filter(pk=early.pk).update(deleted_early=True)
    assert "已达成（提前删除）" in page(desk, f"{LIST}{early.pk}/change/")


def test_a_verdict_offers_what_the_state_allows_and_is_carried_out(desk, person):
    clock.pin(at=world.START + 2 * DAY)
    order = undecided(world.published(), "straddle")
    shown = page(desk, f"{LIST}{order.pk}/decide/")
    assert 'value="kept"' in shown
    assert 'value="not_posted"' not in shown
    press(desk, order, "decide", outcome="kept")
    assert order.state == "achieved"
    assert Verdict.objects.get().by == person
    assert order.number in page(desk, "/admin/orders/verdict/")


def test_a_post_found_by_hand_is_entered_with_its_id_and_shanghai_time(desk):
    order = lost_post()
    clock.pin(at=world.START + DAY)
    press(desk, order, "decide", outcome="posted", weibo_id="5100000000000001", posted_at="2026-01-05 12:00:05")
    assert (order.state, order.weibo_id) == ("published", "5100000000000001")
    assert (order.posted_at - world.START).total_seconds() == 5


def test_a_refused_verdict_says_why_and_changes_nothing(desk):
    order = lost_post()
    assert "请填写微博 ID" in press(desk, order, "decide", outcome="posted")
    assert order.state == "accepted"


def test_an_order_with_nothing_open_has_no_verdict_to_confirm(desk):
    order = world.published()
    assert "没有可以处理的" in page(desk, f"{LIST}{order.pk}/decide/")


def test_an_owner_is_let_go(desk):
    order = world.accepted()
    assert "影响其评级" in page(desk, f"{LIST}{order.pk}/step-back/")
    press(desk, order, "step-back")
    assert (order.state, order.cause) == ("cancelled", "owner_fault")


def test_a_refusal_is_classed_anew(desk):
    order = refuse(world.one())
    assert "与帐号风格不符" in page(desk, f"{LIST}{order.pk}/reclass/")
    press(desk, order, "reclass", code="none")
    assert order.refusal_code == "none"


def test_verdicts_are_filtered_by_what_was_decided_in_words(desk, person):
    for code in ("kept", "ground:none"):
        Verdict.objects.create(order=world.one(), outcome=code, reason=f"理由 {code}", by=person, at=MONDAY)
    shown = page(desk, "/admin/orders/verdict/?outcome=ground:none")
    assert ("理由 ground:none" in shown, "理由 kept" in shown) == (True, False)
    choices = re.findall(r"outcome=([a-z_%3A:]+)[^>]*>([^<]+)</a>", shown)
    assert ("ground%3Aprice", "拒单归为：对价格不满意") in choices
    assert all(words not in deciding.CODES for _code, words in choices)
    assert len(choices) >= len(deciding.CODES) - 1


def test_nobody_sees_orders_of_their_own():
    order = world.one()
    mine = world.one()
    client = Client()
    owner = mine.owner
    owner.is_staff = owner.is_superuser = True
    owner.save()
    client.force_login(owner)
    shown = page(client, LIST)
    assert order.number in shown
    assert mine.number not in shown
    assert client.get(f"{LIST}{mine.pk}/decide/").status_code == 404


def test_finance_sees_orders_but_decides_nothing():
    order = undecided(world.published())
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=access.FINANCE))
    client = Client()
    client.force_login(user)
    assert order.number in page(client, LIST)
    for button in ("decide", "step-back", "reclass"):
        assert client.get(f"{LIST}{order.pk}/{button}/").status_code == 403


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_orders_are_neither_added_nor_deleted_by_hand(path):
    client = Client()
    client.force_login(world.judge())
    assert client.get(LIST + path.format(pk=world.one().pk)).status_code == 403


def test_a_changed_state_posted_by_hand_is_refused():
    order = world.one()
    client = Client()
    client.force_login(world.judge())
    assert client.post(f"{LIST}{order.pk}/change/", {"state": "completed"}).status_code == 403
    order.refresh_from_db()
    assert order.state == "dispatched"
