"""收藏: the star beside an account in the market (R21, R5)."""

import pytest
from django.urls import reverse

from accounts.models import Favourite
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import MONDAY
from tests.pages.test_every_page import logged_in
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


@pytest.fixture
def firm():
    return AdvertiserFactory()


def press(client, account, star="1", **headers):
    return client.post(reverse("market_favourite", args=[account.pk]), {"star": star, "account": ["7", "9"]}, **headers)


def test_one_press_marks_and_the_button_says_so(firm):
    account = MediaAccountFactory()
    button = press(logged_in(firm.user), account, HTTP_HX_REQUEST="true").content.decode()
    assert 'aria-pressed="true"' in button
    assert 'value="0"' in button
    assert Favourite.objects.values_list("advertiser", "account", "at").get() == (firm.pk, account.pk, MONDAY)


def test_marking_twice_is_once_and_another_press_takes_it_away(firm):
    client, account = logged_in(firm.user), MediaAccountFactory()
    for _ in range(2):
        press(client, account)
    assert Favourite.objects.count() == 1
    assert 'aria-pressed="false"' in press(client, account, "0", HTTP_HX_REQUEST="true").content.decode()
    assert not Favourite.objects.exists()


def test_without_script_one_comes_back_to_the_page_with_its_filters_and_ticks(firm):
    referer = "http://testserver/market/?q=%E7%81%AB&account=3"
    answer = press(logged_in(firm.user), MediaAccountFactory(), HTTP_REFERER=referer)
    assert answer.url == "/market/?q=%E7%81%AB&account=7&account=9"


def test_from_elsewhere_one_comes_to_the_market(firm):
    answer = press(logged_in(firm.user), MediaAccountFactory(), HTTP_REFERER="https://evil.example/market/")
    assert answer.url == "/market/"


def test_only_favourites_are_listed_when_asked(firm):
    marked, other = MediaAccountFactory.create_batch(2)
    client = logged_in(firm.user)
    press(client, marked)
    page = client.get("/market/", {"favourites": "on"}).content.decode()
    assert marked.screen_name in page
    assert other.screen_name not in page
    both = client.get("/market/").content.decode()
    assert other.screen_name in both
    assert both.count('aria-pressed="true"') == 1


def test_each_advertiser_has_favourites_of_their_own(firm):
    account = MediaAccountFactory()
    press(logged_in(firm.user), account)
    page = logged_in(AdvertiserFactory().user).get("/market/", {"favourites": "on"}).content.decode()
    assert "点帐号名前的星收藏" in page


def test_the_page_of_an_account_has_the_star_too(firm):
    client, account = logged_in(firm.user), MediaAccountFactory()
    press(client, account)
    assert 'aria-pressed="true"' in client.get(f"/market/{account.pk}/").content.decode()


def test_a_personal_advertiser_marks_nobody_outside_the_pool():
    hidden, listed = MediaAccountFactory(), MediaAccountFactory(specific_one=True)
    client = logged_in(AdvertiserFactory(personal=True).user)
    assert (press(client, hidden).status_code, press(client, listed).status_code) == (404, 302)
    assert list(Favourite.objects.values_list("account", flat=True)) == [listed.pk]


def test_a_favourite_that_left_the_market_is_not_shown_and_can_be_let_go(firm):
    client, account = logged_in(firm.user), MediaAccountFactory()
    press(client, account)
    type(account).objects.filter(pk=account.pk).update(suspended_at=MONDAY)
    assert account.screen_name not in client.get("/market/", {"favourites": "on"}).content.decode()
    assert press(client, account, "0").status_code == 302
    assert not Favourite.objects.exists()


def test_who_is_no_advertiser_marks_nothing():
    owner = MediaAccountFactory(weibo__user__identity="media").owner
    assert press(logged_in(owner), MediaAccountFactory()).status_code == 302
    assert not Favourite.objects.exists()


def test_the_wide_star_stays_wide_after_a_press(firm):
    client, account = logged_in(firm.user), MediaAccountFactory()
    sent = {"star": "1", "wide": "1"}
    answer = client.post(reverse("market_favourite", args=[account.pk]), sent, HTTP_HX_REQUEST="true")
    assert "wt-star-wide" in answer.content.decode()
