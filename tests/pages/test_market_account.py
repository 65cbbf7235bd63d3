"""An account of the market: figures over time, free times, recent work, rating in parts (R5, R7, R21, R29)."""

import pytest
from django.urls import reverse

from accounts import history, rating
from accounts.models import MediaAccount
from orders.models import Order
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY
from tests.orders import world
from tests.pages.test_every_page import logged_in
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


def opened(account, advertiser=None, **asked):
    advertiser = advertiser or AdvertiserFactory()
    return logged_in(advertiser.user).get(reverse("market_account", args=[account.pk]), asked)


def grown(account):
    """Noted a week ago with fewer followers."""
    history.note(account_ids=[account.pk], now=MONDAY - 7 * DAY)
    MediaAccount.objects.filter(pk=account.pk).update(followers=200_000)


def lines(answer):
    return [[line["name"] for line in chart["data"]["lines"]] for chart in answer.context["charts"]]


def test_an_enterprise_sees_every_figure_over_time():
    account = MediaAccountFactory()
    grown(account)
    answer = opened(account)
    assert lines(answer) == [["粉丝数", "评级"], ["转发中位数", "评论中位数", "接单率"]]
    assert answer.context["charts"][0]["data"]["lines"][0]["values"] == [*[100_000] * 7, 200_000]


def test_a_personal_user_sees_the_figures_of_their_columns_only():
    account = MediaAccountFactory(specific_one=True)
    grown(account)
    world.published(accounts=[account])
    answer = opened(account, AdvertiserFactory(personal=True))
    assert lines(answer) == [["粉丝数", "评级"]]
    page = answer.content.decode()
    assert ("近期作品" in page, "评级分项" in page) == (False, False)


def test_a_new_account_has_no_chart_yet():
    assert opened(MediaAccountFactory()).context["charts"] == []


def test_the_rating_is_shown_in_parts():
    account = MediaAccountFactory()
    rating.apply([rating.Facts(account.pk, dispatched=20, accepted=20)], now=MONDAY)
    assert "按约发布并保留" in opened(account).content.decode()


def test_recent_work_shows_what_stands_and_neither_for_whom_nor_for_how_much():
    account = MediaAccountFactory()
    shown = world.achieved(accounts=[account], price=77_700)
    gone = world.achieved(accounts=[account], starts=[world.START + HOUR])
    Order.objects.filter(pk=gone.pk).update(deleted_early=True)
    answer = opened(account)
    assert [order.pk for order, _link in answer.context["work"]] == [shown.pk]
    page = answer.content.decode()
    assert "777.00" not in page
    assert shown.advertiser.name not in page


def test_the_calendar_counts_the_jobs_of_each_hour_and_names_free_times_near_a_wish():
    account = MediaAccountFactory()
    world.accepted(accounts=[account])
    answer = opened(account, at=f"{world.START:%Y-%m-%dT%H:%M}")
    first = answer.context["days"][0]
    assert (first.day, first.hours[world.START.hour].jobs, len(first.hours)) == (MONDAY.date(), 1, 24)
    assert [hour.is_open for hour in first.hours].index(True) == 11
    assert answer.context["free"][:2] == [world.START - 15 * MINUTE, world.START + 15 * MINUTE]


def test_what_is_asked_in_a_wrong_form_is_said_and_the_page_stays():
    answer = opened(MediaAccountFactory(), at="morgen")
    assert (answer.status_code, answer.context["free"]) == (200, [MONDAY + HOUR])
    assert "invalid-feedback" in answer.content.decode()
