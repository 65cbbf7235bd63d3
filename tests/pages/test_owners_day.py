"""An owner's calendar and standing rule on pages (R60, R61)."""

import pytest
from django.urls import reverse

from orders.models import StandingRule
from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MINUTE, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask import clock

pytestmark = pytest.mark.django_db
RULE = {"original_from": "88.00", "repost_from": "", "opens": "09:00", "closes": "18:00"}


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


def at_work(order):
    order.owner.identity = "media"
    order.owner.save()
    return logged_in(order.owner)


def test_the_calendar_lists_what_will_start_day_by_day():
    order = world.accepted()
    shown = at_work(order).get(reverse("orders_calendar")).content.decode()
    assert "2026-01-05" in shown
    assert "12:00" in shown
    assert str(order.account) in shown


def test_what_will_not_be_posted_is_not_in_the_calendar():
    order = world.one()
    client = at_work(order)
    reason = {"reason_code": "style", "reason": "与我们帐号的风格不太符合"}
    client.post(reverse("order_refuse", args=[order.pk]), reason)
    assert "近 7 天没有安排" in client.get(reverse("orders_calendar")).content.decode()


def test_a_busy_calendar_is_read_page_by_page_in_the_order_of_the_clock():
    account = MediaAccountFactory()
    starts = [world.START + hour * HOUR for hour in reversed(range(25))]
    orders = world.dispatched(accounts=[account] * 25, starts=starts)
    client, address = at_work(orders[0]), reverse("orders_calendar")
    first = client.get(address)
    second = client.get(f"{address}?after={first.context['page'].next}")
    shown = [order.start_at for page in (first, second) for _, rows in page.context["days"] for order, _ in rows]
    assert shown == sorted(starts)
    assert (second.context["page"].next, 'rel="next"' in first.content.decode()) == (None, True)


def test_the_calendar_does_not_begin_behind_somebody_elses_order():
    order, other = world.accepted(), world.accepted()
    assert "近 7 天没有安排" in at_work(order).get(f"{reverse('orders_calendar')}?after={other.pk}").content.decode()


def test_an_owner_sets_a_rule_and_drops_it():
    order = world.one()
    client = at_work(order)
    address = reverse("media_rule", args=[order.account_id])
    assert client.post(address, RULE, REMOTE_ADDR="203.0.113.5").status_code == 302
    rule = StandingRule.objects.get()
    assert (rule.original_from, rule.repost_from, rule.ip) == (8_800, None, "203.0.113.5")
    assert 'value="88.00"' in client.get(address).content.decode()
    client.post(reverse("media_rule_drop", args=[order.account_id]))
    assert not StandingRule.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"original_from": ""}, "请至少填写一种形式"),
        ({"closes": "08:00"}, "结束时间须晚于开始时间"),
        ({"original_from": "abc"}, "请输入金额"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_at_its_field_and_keeps_what_was_typed(wrong, said):
    order = world.one()
    answer = at_work(order).post(reverse("media_rule", args=[order.account_id]), RULE | wrong)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert 'value="18:00"' in answer.content.decode() or "08:00" in answer.content.decode()
    assert not StandingRule.objects.exists()


def test_a_stranger_has_no_rule_to_set():
    order, other = world.one(), world.one(starts=[MONDAY + 3 * HOUR])
    assert at_work(other).post(reverse("media_rule", args=[order.account_id]), RULE).status_code == 404


def test_before_refusing_one_reads_what_it_does_to_the_rating():
    order = world.one()
    page = at_work(order).get(reverse("order", args=[order.pk])).content.decode()
    assert "对评级的影响" in page
    assert page.count("无故拒单") >= 2


def test_the_inbox_warns_of_orders_that_clash():
    account = MediaAccountFactory()
    first, _second = world.dispatched(accounts=[account] * 2, starts=[world.START, world.START + 10 * MINUTE])
    assert at_work(first).get(reverse("orders")).content.decode().count("会自动拒绝另一单") == 2
