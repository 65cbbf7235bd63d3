"""token/ and me/: who calls, and nobody without saying so."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import User
from tests.api.callers import PASSWORD, Caller, problem
from tests.factories import AdvertiserFactory, UserFactory, WeiboAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("limei", password=PASSWORD)


def log_in(**sent):
    return Caller().post("token/", {"username": "limei", "password": PASSWORD, **sent})


def test_a_name_and_a_password_give_the_token_that_works(user):
    token = log_in().data["token"]
    assert Caller(token=token).done("get", "me/")["user"]["username"] == "limei"
    assert log_in().data["token"] == token


@pytest.mark.parametrize("sent", [{"password": "wrong"}, {"username": "nobody"}])
def test_anything_wrong_gets_one_and_the_same_answer(user, sent):
    assert problem(log_in(**sent), 401, "bad-credentials")["detail"] == "用户名或密码不正确"


def test_a_deactivated_login_gets_no_token(user):
    User.objects.update(is_active=False)
    problem(log_in(), 401)


def test_a_second_factor_is_not_stepped_around(user):
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    problem(log_in(), 403, "second-factor-needed")


def test_too_many_tries_are_refused_even_with_the_right_password(user, settings):
    settings.AXES_FAILURE_LIMIT = 3
    answers = [log_in(password="wrong").status_code for _ in range(4)]
    assert answers[-1] == 429
    problem(log_in(), 429, "locked-out")


def test_unknown_fields_of_a_login_are_refused(user):
    assert "is_staff" in problem(log_in(is_staff=True), 400, "invalid")["fields"]


def test_without_a_login_every_path_says_so():
    document = Caller().get("me/")
    problem(document, 401, "not-authenticated")
    assert document["WWW-Authenticate"] == "Token"


def test_a_session_may_read_and_needs_the_csrf_token_to_write(user, client):
    from rest_framework.test import APIClient

    session = APIClient(enforce_csrf_checks=True)
    session.force_login(user, backend="accounts.sessions.Login")
    assert session.get("/api/v1/me/").status_code == 200
    problem(session.post("/api/v1/tasks/", {}, format="json"), 403)


def test_me_names_the_identities_and_the_active_one():
    advertiser = AdvertiserFactory()
    WeiboAccountFactory(user=advertiser.user)
    found = Caller(advertiser.user).done("get", "me/")
    assert (found["identity"], found["identities"]) == ("enterprise", ["enterprise", "media"])
    assert found["advertiser"]["kind"] == "enterprise"


def test_before_the_first_choice_there_is_no_identity():
    found = Caller(UserFactory()).done("get", "me/")
    assert (found["identity"], found["identities"], found["advertiser"]) == ("", [], None)
