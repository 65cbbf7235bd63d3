"""Whatever the desk names, it names in its readers' language."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.contrib.auth.models import Group
from django.db.models import Model

from tests.factories import UserFactory
from weitask.models import SecurityEvent

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME = {"ID", "UID", "IP"}  # in both languages


@pytest.mark.django_db
def test_every_heading_and_label_is_in_chinese(rf):
    request = rf.get("/")
    request.user = UserFactory(staff=True, is_superuser=True)
    labels = {
        (one.model._meta.label, name): str(label_for_field(name, one.model, one))
        for model, desk in admin.site._registry.items()
        for one in (desk, *(made(model, admin.site) for made in desk.inlines))
        for name in (*_columns(one), *flatten_fieldsets(one.get_fieldsets(request, one.model())))
    }
    foreign = {where: said for where, said in labels.items() if said not in SAME and not CHINESE.search(said)}
    assert (foreign, len(labels) > 200) == ({}, True)


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


def _columns(desk):
    return [name for name in getattr(desk, "list_display", ()) if name != "action_checkbox"]
