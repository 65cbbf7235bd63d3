"""Whatever the desk names, it names in its readers' language."""

import re
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path, label_for_field
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Model, TextField

from accounts import rating
from accounts.models import RatingScore
from tests.factories import MediaAccountFactory, UserFactory
from tests.moments import MONDAY
from weitask.models import SecurityEvent

# Texts that persons write or that name a thing; what else stands in the database is a code, and has words (`choices`).
WRITTEN = {
    *("name", "name_en", "title", "text", "summary", "body", "description", "reason", "note", "message", "answer"),
    *("verified_reason", "refusal_reason", "suspended_reason", "problem", "positive", "negative", "plain"),
    *("username", "first_name", "password", "email", "contact", "phone", "screen_name", "region", "published_by"),
    *("number", "key", "slug", "uid", "weibo_id", "base_post_id", "notify_id", "contract", "url", "source_url"),
    *("source_id", "source_uid", "source_text", "version", "rule_version", "formula"),
    *("code", "last_error_code"),  # of Weibo and Sina Pay, to look up in their books
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME = {"ID", "UID", "IP"}  # in both languages


@pytest.mark.django_db
def test_every_heading_and_label_is_in_chinese(rf):
    labels = {
        (one.model._meta.label, name): str(label_for_field(name, one.model, one)) for one, name in _shown_to_a_chief(rf)
    }
    foreign = {where: said for where, said in labels.items() if said not in SAME and not CHINESE.search(said)}
    assert (foreign, len(labels) > 200) == ({}, True)


@pytest.mark.django_db
def test_whatever_has_codes_in_the_database_has_words(rf):
    fields = {(one.model._meta.label, name): _field(one.model, name) for one, name in _shown_to_a_chief(rf)}
    texts = {where: field for where, field in fields.items() if isinstance(field, CharField | TextField)}
    coded = [where for where, field in texts.items() if field.choices is None and field.name not in WRITTEN]
    assert (coded, len(texts) > 100) == ([], True)


def test_no_filter_asks_a_table_for_its_codes():
    """A filter over a text without choices offers what SELECT DISTINCT finds: codes, after reading the whole table."""
    fields = [
        (model._meta.label, path, get_fields_from_path(model, path)[-1])
        for model, desk in admin.site._registry.items()
        for path in desk.list_filter
        if isinstance(path, str)
    ]
    assert [where for *where, field in fields if isinstance(field, CharField) and field.choices is None] == []
    assert len(fields) > 20


@pytest.mark.django_db
def test_a_rating_is_shown_by_the_names_of_its_parts(client):
    client.force_login(UserFactory(staff=True, is_superuser=True), "accounts.sessions.Login")
    rated = rating.rate(facts=rating.Facts(account_id=1), followers=20_000)
    parts = [asdict(part) for part in rated.parts]
    score = RatingScore.objects.create(account=MediaAccountFactory(), at=MONDAY, score=rated.score, parts=parts)
    page = client.get(f"/admin/accounts/ratingscore/{score.pk}/change/").content.decode()
    assert "粉丝影响力 5/15" in page
    assert [part["key"] for part in parts if part["key"] in page] == []


def test_every_row_has_a_name_of_its_own():
    assert [one._meta.label for one in admin.site._registry if one.__str__ is Model.__str__] == []


def test_a_moment_in_a_name_is_shanghais():
    event = SecurityEvent(kind="card_revealed", at=datetime(2026, 1, 5, 22, tzinfo=UTC))
    assert str(event) == "查看银行卡号 2026-01-06 06:00:00"


@pytest.mark.django_db
def test_every_right_is_named_in_chinese(rf):
    request = rf.get("/")
    request.user = UserFactory(staff=True, is_superuser=True)
    rights = admin.site._registry[Group].get_form(request)().fields["permissions"]
    names = [rights.label_from_instance(one) for one in rights.queryset]
    assert [name for name in names if not all(map(CHINESE.search, name.split(" | ")))] == []


def _shown_to_a_chief(rf):
    """Every column and field of every list and page, each with its desk: a model's own, or a table beside a row."""
    request = rf.get("/")
    request.user = UserFactory(staff=True, is_superuser=True)
    for model, desk in admin.site._registry.items():
        for one in (desk, *(made(model, admin.site) for made in desk.inlines)):
            for name in (*_columns(one), *flatten_fieldsets(one.get_fieldsets(request, one.model()))):
                yield one, name


def _field(model, name):
    """The field of the database, none when the desk works the value out."""
    try:
        return model._meta.get_field(name)
    except (AttributeError, FieldDoesNotExist):
        return None


def _columns(desk):
    return [name for name in getattr(desk, "list_display", ()) if name != "action_checkbox"]
