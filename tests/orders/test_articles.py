"""帮助中心 speaks of the rules as they are, and finds what is asked for (R50)."""

from datetime import timedelta

import pytest
from django.template.loader import get_template
from django.utils import translation

from billing import credit
from orders import articles
from tests.factories import UserFactory
from weitask import periods

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("article", articles.ARTICLES, ids=lambda article: article.slug)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_article_has_words_and_no_gaps(article, language, now):
    get_template(article.template)
    with translation.override(language):
        text = articles.body(article, now=now)
    assert len(text) > 40
    assert "{{" not in text
    assert "None" not in text


def test_every_article_stands_in_a_section():
    assert {article.section for article in articles.ARTICLES} == {section.key for section in articles.SECTIONS}


def test_the_fee_is_the_one_in_force(now):
    credit.set_fee_rate(rate_bp=750, valid_from=now, by=UserFactory(), now=now)
    assert "7.5%" in articles.body(articles.BY_SLUG["charges"], now=now)


def test_a_changed_rule_changes_its_article(monkeypatch, now):
    monkeypatch.setattr(periods, "SLOT", timedelta(minutes=20))
    assert "20 分钟" in articles.body(articles.BY_SLUG["task-times"], now=now)


def test_the_search_wants_every_word_and_puts_titles_first(now):
    hits = articles.search("流单", now=now)
    assert hits[0].article.slug in ("answers", "order-states", "take-order")
    assert {"rating", "answers"} <= {hit.article.slug for hit in hits}
    assert articles.search("流单 发票", now=now) == []
    assert articles.search("   ", now=now) == []


def test_a_snippet_marks_the_words_and_escapes_what_was_typed(now):
    assert "<mark>退款</mark>" in articles.search("退款", now=now)[0].snippet
    assert articles.search("<script>", now=now) == []


def test_the_search_reads_the_language_of_the_page(now):
    with translation.override("en"):
        assert articles.search("refund", now=now)[0].article.slug == "refund"
        assert articles.search("退款", now=now) == []
