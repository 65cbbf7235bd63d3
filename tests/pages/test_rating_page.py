"""The rating of an account on its owner's page, and appeals from there to the desk (R140, A40, A42)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import access
from accounts.models import MediaAccount
from orders import answering, ratings
from orders.models import RatingAppeal
from tests.accounts.people import in_group
from tests.factories import UserFactory
from tests.moments import DAY, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask import clock

pytestmark = pytest.mark.django_db
NOW = world.START + DAY
WHY = "当天微博服务故障，页面打不开"
LIST = "/admin/orders/ratingappeal/"


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=NOW)


@pytest.fixture
def order():
    order = world.one()
    order.owner.identity = "media"
    order.owner.save()
    for moment in (MONDAY, NOW):
        answering.expire_due(moment)
        ratings.refresh(account_ids=[order.account_id], now=moment)
    return order


def address(order):
    return reverse("media_rating", args=[order.account_id])


def test_the_page_shows_parts_changes_and_what_each_order_costs(order):
    page = logged_in(order.owner).get(address(order)).content.decode()
    for words in ("及时处理，不流单", "到开始时间没有处理（流单）", order.number, 'data-chart="scores"', "其间的订单"):
        assert words in page


def test_an_account_without_orders_has_a_page_too(order):
    fresh = world.one().account
    MediaAccount.objects.filter(pk=fresh.pk).update(owner=order.owner)
    page = logged_in(order.owner).get(reverse("media_rating", args=[fresh.pk])).content.decode()
    assert "暂按基础分计" in page
    assert "没有失分的订单" in page
    assert "没有可以申诉的订单" in page


def test_an_appeal_goes_from_the_page_to_the_desk_and_back(order):
    client = logged_in(order.owner)
    before = MediaAccount.objects.get(pk=order.account_id).rating
    sent = client.post(address(order), {"order": order.pk, "reason": WHY}, follow=True).content.decode()
    assert "申诉已提交" in sent
    assert "处理中" in sent
    row = RatingAppeal.objects.get()
    desk = Client()
    desk.force_login(in_group(access.ACCOUNT_REVIEW))
    assert WHY in desk.get(LIST).content.decode()
    assert WHY in desk.get(f"{LIST}{row.pk}/accept/").content.decode()
    done = desk.post(f"{LIST}{row.pk}/accept/", {"confirmed": "yes", "reason": "核实属实"}, follow=True)
    assert "处理结果已记录，并通知帐号主" in done.content.decode()
    shown = client.get(address(order)).content.decode()
    assert "核实属实" in shown
    assert "申诉成立" in shown
    assert MediaAccount.objects.get(pk=order.account_id).rating > before


def test_a_rejection_says_why(order):
    client = logged_in(order.owner)
    client.post(address(order), {"order": order.pk, "reason": WHY})
    desk = Client()
    desk.force_login(in_group(access.ACCOUNT_REVIEW))
    sent = {"confirmed": "yes", "reason": "记录显示曾三次提醒"}
    desk.post(f"{LIST}{RatingAppeal.objects.get().pk}/reject/", sent)
    assert "记录显示曾三次提醒" in client.get(address(order)).content.decode()
    assert "没有可以处理的" in desk.get(f"{LIST}{RatingAppeal.objects.get().pk}/reject/").content.decode()


@pytest.mark.parametrize("sent", [{"reason": "太短"}, {"reason": WHY, "order": "0"}])
def test_what_cannot_be_sent_stays_typed(order, sent):
    answer = logged_in(order.owner).post(address(order), {"order": order.pk} | sent)
    assert answer.status_code == 400
    assert sent["reason"] in answer.content.decode()
    assert not RatingAppeal.objects.exists()


def test_an_appeal_that_came_too_late_is_said_on_the_page(order):
    page = logged_in(order.owner).get(f"{address(order)}?order={order.pk}").content.decode()
    assert f'<option value="{order.pk}" selected>' in page
    clock.pin(at=NOW + 31 * DAY)
    answer = logged_in(order.owner).post(address(order), {"order": order.pk, "reason": WHY})
    assert answer.status_code == 400
    assert "没有可以申诉的订单" in answer.content.decode()


def test_nobody_else_finds_the_page(order):
    stranger = UserFactory(identity="media")
    assert logged_in(stranger).get(address(order)).status_code == 404


@pytest.mark.parametrize("group", [access.TASK_REVIEW, access.FINANCE])
def test_other_groups_do_not_reach_the_appeals(client, group):
    client.force_login(in_group(group))
    assert client.get(LIST).status_code == 403


def test_nobody_meets_an_appeal_about_an_order_of_their_own(client, order):
    logged_in(order.owner).post(address(order), {"order": order.pk, "reason": WHY})
    order.owner.is_staff = order.owner.is_superuser = True
    order.owner.save()
    client.force_login(order.owner)
    assert order.number not in client.get(LIST).content.decode()
