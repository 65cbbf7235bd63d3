"""The language a person chose: kept with the login, and brought along to every browser."""

import pytest

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "long-enough-2026"


def cookie(client) -> str:
    return client.cookies["django_language"].value


def test_the_button_changes_the_page_and_is_remembered_with_the_login(client):
    user = UserFactory()
    client.force_login(user)
    client.post("/i18n/setlang/", {"language": "en"})
    user.refresh_from_db()
    assert (user.language, cookie(client)) == ("en", "en")


def test_a_visitor_and_an_unknown_language_change_no_login(client):
    user = UserFactory()
    client.post("/i18n/setlang/", {"language": "en"})
    client.force_login(user)
    client.post("/i18n/setlang/", {"language": "fr"})
    user.refresh_from_db()
    assert user.language == "zh-hans"


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/login/?next=/admin/"])
def test_a_login_brings_the_chosen_language_to_this_browser(client, address):
    user = UserFactory(username="chengnan", language="en", is_staff=True)
    user.set_password(PASSWORD)
    user.save()
    client.post(address, {"login": "chengnan", "username": "chengnan", "password": PASSWORD})
    assert cookie(client) == "en"


def test_who_signs_up_on_an_english_page_is_written_to_in_english(client):
    new = {"username": "chengnan", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", new, headers={"accept-language": "en"})
    assert User.objects.get().language == "en"
    assert cookie(client) == "en"
