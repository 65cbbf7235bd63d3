"""The filters of the market are kept for a while in the words they were asked in: nobody meets those of others (R7)."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories import AdvertiserFactory
from tests.moments import MONDAY
from tests.pages.test_every_page import logged_in
from weitask import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)
    cache.clear()


def market(client, **asked) -> str:
    return client.get(reverse("market"), asked).content.decode()


def test_each_search_shows_what_it_asked_for():
    client = logged_in(AdvertiserFactory().user)
    assert 'value="老街"' in market(client, q="老街")
    assert 'value="江边"' in market(client, q="江边")
    assert 'value="老街"' not in market(client)


def test_a_wrong_filter_keeps_its_error_and_a_right_one_has_none():
    client = logged_in(AdvertiserFactory().user)
    assert "invalid-feedback" in market(client, rating_min="101")
    assert "invalid-feedback" not in market(client, rating_min="80")


def test_a_personal_user_does_not_meet_the_filters_of_enterprises():
    assert 'name="region"' in market(logged_in(AdvertiserFactory().user))
    assert 'name="region"' not in market(logged_in(AdvertiserFactory(personal=True).user))


def test_who_reads_english_does_not_meet_chinese_filters():
    client = logged_in(AdvertiserFactory().user)
    assert "更多筛选" in market(client)
    client.post(reverse("set_language"), {"language": "en"})
    assert "更多筛选" not in market(client)
