"""The desk opens to staff who showed a second factor in their login, and to nobody else (faults, section 4)."""

import html
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from io import BytesIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse
from PIL import Image as Picture
from rest_framework.test import APIClient

from accounts import access
from accounts.models import User
from tasks import images
from tests.accounts.people import in_group, prove
from tests.api.callers import V1, Caller, problem
from tests.factories import AdvertiserFactory, UserFactory
from weitask import clock
from weitask.local.checks import production

pytestmark = pytest.mark.django_db
PASSWORD = "long-enough-2026"
WANTED = "/admin/billing/payout/?state__exact=failed"
WHY = "须经两步验证进入"


@pytest.fixture(autouse=True)
def demanded(settings) -> None:
    settings.STAFF_SECOND_STEP = True


@pytest.fixture
def finance(db) -> User:
    user = in_group(access.FINANCE)
    user.set_password(PASSWORD)
    user.save()
    return user


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def log_in(client: Client, user: User, wanted: str = WANTED):
    """By password, on the login that the desk leads to; the last page reached."""
    asked = client.get(wanted, follow=True)
    sent = {"login": user.username, "password": PASSWORD, "next": wanted}
    return client.post(asked.request["PATH_INFO"], sent, follow=True)


def addresses() -> Iterator[str]:
    """Every address of the desk but its login, with 1 for whatever it names."""
    prefix, desk = get_resolver().namespace_dict["admin"]
    for name in {one for one in desk.reverse_dict if isinstance(one, str)} - {"login"}:
        for possibilities, *_more in desk.reverse_dict.getlist(name):
            yield from (f"/{prefix}{route % dict.fromkeys(names, 1)}" for route, names in possibilities)


def open_without_a_factor(client: Client) -> list[str]:
    """Which addresses of the desk answer with anything but the way to the login."""
    answers = {(how, one): getattr(client, how)(one) for one in addresses() for how in ("get", "post")}
    assert len(answers) > 400
    away = {"/admin/login/", "/admin/"}
    return [one for one, got in answers.items() if got.status_code != 302 or got.url.partition("?")[0] not in away]


def test_staff_without_a_factor_reach_no_address_of_the_desk(client):
    client.force_login(UserFactory(staff=True, is_superuser=True))
    assert open_without_a_factor(client) == []


def test_staff_without_a_factor_are_led_to_it_told_why_and_come_back(client, finance):
    asked = log_in(client, finance)
    assert WHY in html.unescape(asked.content.decode())
    shown = client.post(asked.request["PATH_INFO"] + "?" + asked.request["QUERY_STRING"], {"password": PASSWORD})
    assert shown.url.startswith(reverse("mfa_activate_totp"))
    client.get(shown.url)
    secret = client.session["mfa.totp.secret"]
    codes = client.post(reverse("mfa_activate_totp"), {"code": code(secret)}, follow=True).content.decode()
    assert 'href="/admin/"' in codes
    asked = client.get(WANTED, follow=True)
    assert asked.request["PATH_INFO"] == reverse("mfa_reauthenticate")
    done = client.post(reverse("mfa_reauthenticate") + "?" + asked.request["QUERY_STRING"], {"code": code(secret)})
    assert (done.url, client.get(WANTED).status_code) == (WANTED, 200)


def test_a_password_alone_opens_nothing_and_the_code_opens_the_page_that_was_wanted(client, finance):
    secret = generate_totp_secret()
    TOTP.activate(finance, secret)
    assert log_in(client, finance).request["PATH_INFO"] == reverse("mfa_authenticate")
    assert client.get(WANTED).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.get(WANTED).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": code(secret)}).url == WANTED
    assert client.get(WANTED).status_code == 200


def test_a_password_asked_for_again_is_no_factor(client, finance):
    TOTP.activate(finance, generate_totp_secret())
    client.force_login(finance)
    prove(client.session, finance)
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == reverse("mfa_reauthenticate")


def test_a_factor_that_was_taken_away_opens_nothing_any_more(client, finance):
    factor = TOTP.activate(finance, generate_totp_secret()).instance
    client.force_login(finance)
    prove(client.session, finance, method="mfa", id=factor.pk)
    assert client.get(WANTED).status_code == 200
    Authenticator.objects.all().delete()
    assert client.get(WANTED).status_code == 302


def test_no_secret_of_a_factor_lies_in_the_table_in_clear(db):
    user, secret = UserFactory(), generate_totp_secret()
    totp, codes = TOTP.activate(user, secret), RecoveryCodes.activate(user)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert all(clear not in stored for clear in (secret, *codes.get_unused_codes()))
    assert stored.count("v1.") == 2
    assert TOTP(Authenticator.objects.get(pk=totp.instance.pk)).validate_code(code(secret))


def test_factors_of_before_are_sealed_and_still_open(db):
    user, secret = UserFactory(), generate_totp_secret()
    factor = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": secret})
    import_module("accounts.migrations.0008_factors_are_sealed").seal(apps, None)
    factor.refresh_from_db()
    assert secret not in str(factor.data)
    assert TOTP(factor).validate_code(code(secret))


def test_people_of_the_market_get_no_desk_with_any_factor(client):
    user = UserFactory()
    factor = TOTP.activate(user, generate_totp_secret()).instance
    client.force_login(user)
    prove(client.session, user, method="mfa", id=factor.pk)
    assert client.get("/admin/", follow=True).status_code == 403
    assert open_without_a_factor(client) == []


def test_the_api_of_reviewers_asks_for_the_same(db):
    reviewer = in_group(access.TASK_REVIEW)
    path, client = "review/tasks/1/approve/", APIClient()
    factor = TOTP.activate(reviewer, generate_totp_secret()).instance
    assert "两步验证" in problem(Caller(reviewer).post(path), 403)["detail"]
    client.force_login(reviewer, backend="accounts.sessions.Login")
    assert client.post(V1 + path).status_code == 403
    prove(client.session, reviewer, method="mfa", id=factor.pk)
    assert client.post(V1 + path).status_code == 404


def test_pictures_of_tasks_open_to_reviewers_behind_it(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    reviewer, file = in_group(access.TASK_REVIEW), BytesIO()
    Picture.new("RGB", (60, 40), "red").save(file, "PNG")
    upload = SimpleUploadedFile("a.png", file.getvalue())
    picture = images.store(advertiser=AdvertiserFactory(), upload=upload, now=clock.now())
    address = reverse("image", args=[picture.pk])
    client.force_login(reviewer, backend="accounts.sessions.Login")
    factor = TOTP.activate(reviewer, generate_totp_secret()).instance
    assert client.get(address).status_code == 404
    prove(client.session, reviewer, method="mfa", id=factor.pk)
    assert b"".join(client.get(address).streaming_content)


@pytest.mark.parametrize(("demo", "demanded"), [("0", "True"), ("1", "False")])
def test_it_is_demanded_everywhere_but_in_the_demo(demo, demanded):
    asks = [sys.executable, "-c", "from weitask import settings; print(settings.STAFF_SECOND_STEP)"]
    environment = {**os.environ, **production(), "WEITASK_DEMO": demo}
    assert subprocess.run(asks, env=environment, capture_output=True, text=True, check=True).stdout.strip() == demanded
