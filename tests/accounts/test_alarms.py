"""Alarms are seen and closed at a desk: what waits for a person must be able to reach one (A34, L24)."""

from importlib import import_module

import pytest
from django.db import connection

from accounts import access
from tests.accounts.people import in_group
from tests.factories import UserFactory
from weitask.alarms import raise_alarm
from weitask.models import Alarm

pytestmark = pytest.mark.django_db
LIST = "/admin/weitask/alarm/"


@pytest.fixture
def desk(client, now):
    user = in_group(access.FINANCE)
    client.force_login(user)
    return user


@pytest.fixture
def alarm(now):
    raise_alarm(kind="settlement", key="2026-01-09T00:00:00+08:00", text="1 violations, first L02", now=now)
    return Alarm.objects.get()


def close(client, alarm):
    client.post(f"{LIST}{alarm.pk}/resolve/", {"_form_submitted": "on"})
    alarm.refresh_from_db()
    return alarm


def test_the_desk_sees_what_is_wrong_and_closes_it_under_its_name(client, desk, alarm):
    assert "1 violations, first L02" in client.get(LIST).content.decode()
    assert f"/{alarm.pk}/resolve/" in client.get(f"{LIST}{alarm.pk}/change/").content.decode()
    assert close(client, alarm).resolved_by == desk
    assert f"/{alarm.pk}/resolve/" not in client.get(f"{LIST}{alarm.pk}/change/").content.decode()


def test_an_alarm_is_closed_once(client, desk, alarm):
    first = close(client, alarm).resolved_at
    assert close(client, alarm).resolved_at == first


def test_an_order_that_waits_for_a_verdict_is_not_silenced_by_hand(client, desk, now):
    raise_alarm(kind="order_undecided", key="WT1", text="…", now=now)
    alarm = Alarm.objects.get()
    assert f"/{alarm.pk}/resolve/" not in client.get(f"{LIST}{alarm.pk}/change/").content.decode()
    assert close(client, alarm).resolved_at is None


def test_who_may_not_see_alarms_does_not(client, alarm):
    client.force_login(UserFactory(staff=True))
    assert client.get(LIST).status_code == 403
    assert close(client, alarm).resolved_at is None


def test_an_older_alarm_about_a_row_of_a_sweep_is_found_under_the_kind_that_all_sweeps_share(now):
    Alarm.objects.create(kind="orders.publish", key="5", text="…", raised_at=now)
    with connection.cursor() as cursor:
        cursor.execute(import_module("weitask.migrations.0002_kinds_of_alarms").ROWS_OF_SWEEPS)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.key, alarm.get_kind_display()) == ("sweep_row", "orders.publish:5", "后台任务出错")
