"""身份选择 in the browser."""

import pytest

from accounts.models import Advertiser
from tests.factories import AdvertiserFactory, UserFactory

pytestmark = pytest.mark.django_db

FIRM = {"identity": "enterprise", "name": "城南食品", "contact": "王小明", "phone": "13800000000"}


@pytest.fixture
def newcomer(client):
    user = UserFactory()
    client.force_login(user)
    return user


def test_choosing_takes_the_user_to_where_they_were_heading(client, newcomer):
    answer = client.post("/identity/choose/", {**FIRM, "next": "/identity/?from=tasks"})
    assert (answer.status_code, answer["Location"]) == (302, "/identity/?from=tasks")
    assert Advertiser.objects.get(user=newcomer).kind == "enterprise"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_no_choice_leads_off_the_site(client, newcomer, target, settings):
    settings.LOGIN_REDIRECT_URL = "/"
    answer = client.post("/identity/choose/", {"identity": "media", "next": target})
    assert answer["Location"] == "/"


def test_a_visitor_chooses_nothing(client):
    assert client.post("/identity/choose/", FIRM)["Location"].startswith("/accounts/login/")


def test_looking_is_not_choosing(client, newcomer):
    assert client.get("/identity/choose/").status_code == 405


def test_the_csrf_check_stands_before_the_choice(newcomer):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(newcomer)
    assert strict.post("/identity/choose/", FIRM).status_code == 403
    assert not Advertiser.objects.exists()


@pytest.fixture
def bare_page(settings):
    """The page reduced to what the view hands over, whatever it looks like."""
    words = "{% for problem in problems %}{{ problem.field }}: {{ problem.message }};{% endfor %}{{ held }}{{ next }}"
    (engine,) = settings.TEMPLATES
    loader = ("django.template.loaders.locmem.Loader", {"accounts/identity.html": words})
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": {**engine["OPTIONS"], "loaders": [loader]}}]


def test_nobody_can_make_themselves_personal_again(client, bare_page):
    advertiser = AdvertiserFactory()
    client.force_login(advertiser.user)
    answer = client.post("/identity/choose/", {"identity": "personal"})
    assert (answer.status_code, "不能改为个人用户" in answer.text) == (400, True)
    advertiser.refresh_from_db()
    assert advertiser.kind == "enterprise"


def test_every_missing_field_is_named_and_the_way_on_kept(client, newcomer, bare_page):
    answer = client.post("/identity/choose/", {"identity": "enterprise", "next": "/identity/"})
    assert answer.text.startswith("name: 请填写名称;contact: 请填写联系人;phone: 请填写联系电话;")
    assert answer.text.endswith("/identity/")


def test_the_page_knows_which_identities_are_there_already(client, bare_page):
    client.force_login(AdvertiserFactory().user)
    assert "enterprise" in client.get("/identity/").text
