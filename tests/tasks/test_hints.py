"""Hints while typing say what screening will say (R42-R46), and how far the pickers reach (R25, R26)."""

import pytest
from django.urls import reverse

from tasks import hints
from tests.factories import AdvertiserFactory
from tests.moments import MONDAY, SECOND
from tests.pages.test_every_page import logged_in
from tests.tasks.making import enterprise
from weitask import clock

pytestmark = pytest.mark.django_db


def shown(*texts):
    return [(hint.shown, hint.blocks) for hint in hints.of_texts(texts)]


def test_a_disguised_word_is_hinted_at_in_its_plain_form():
    assert shown("来一点減·肥·藥") == [("减肥药", False)]


def test_what_stops_a_submission_comes_first():
    found = shown("来一点减肥药", "看 https://c.cnzz.com/k=1")
    assert [blocks for _word, blocks in found] == [True, False]


def test_a_hint_is_given_once_and_short_links_wait_for_the_submission():
    assert shown("减肥药", "减肥药 http://t.cn/A6zzzzz") == [("减肥药", False)]


def test_only_so_much_is_looked_at(monkeypatch):
    monkeypatch.setattr(hints, "MOST", 4)
    assert shown("周末去哪", "减肥药") == []


def test_the_editor_asks_for_all_texts_and_changes_nothing():
    client = logged_in(AdvertiserFactory().user)
    typed = {"text": "周末", "rows-0-text": "减肥药", "source_url": "x"}
    page = client.post(reverse("task_hints"), typed).content.decode()
    assert "减肥药" in page
    assert "没有发现违规词" in client.post(reverse("task_hints"), {"text": "周末去哪儿"}).content.decode()


def test_the_pickers_offer_whole_minutes_from_one_hour_to_seven_days():
    clock.pin(at=MONDAY + SECOND)
    page = logged_in(enterprise().user).get(reverse("task_new")).content.decode()
    assert 'min="2026-01-05T11:01"' in page
    assert 'max="2026-01-12T10:00"' in page
