"""A bank card and the credit of a partner are changed by who was asked for the password a moment ago (faults, 4)."""

import time
from dataclasses import asdict

import pytest
from rest_framework.test import APIClient

from accounts import access
from accounts.models import User
from billing.models import BankCard, CreditLimit
from tests.accounts.people import in_group, prove
from tests.api.callers import V1, problem
from tests.billing.sina import bind, details
from tests.factories import AdvertiserFactory, MediaAccountFactory

pytestmark = pytest.mark.django_db
PASSWORD = "long-enough-2026"
PAGE = "/bank-card/"
QUESTION = "/accounts/reauthenticate/?next=%2Fbank-card%2F"
CARD = {**asdict(details()), "consent": "on"}
DIALOG = "/admin/billing/creditlimit/grant/"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/admin/billing/creditlimit/"}


@pytest.fixture
def owner(client) -> User:
    user = MediaAccountFactory().owner
    user.identity = "media"
    user.set_password(PASSWORD)
    user.save()
    client.force_login(user)
    return user


def test_the_form_of_a_card_opens_after_the_password(client, owner, sina):
    assert client.get(PAGE).url == QUESTION
    assert client.post(QUESTION, {"password": "wrong"}).status_code == 200
    assert client.get(PAGE).url == QUESTION
    assert client.post(QUESTION, {"password": PASSWORD}).url == PAGE
    assert client.get(PAGE).status_code == 200
    client.post(PAGE, CARD)
    assert BankCard.objects.get().owner == owner


def test_a_card_sent_with_an_old_proof_is_neither_handed_in_nor_kept(client, owner, settings):
    prove(client.session, owner, at=time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    assert client.post(PAGE, CARD).url == QUESTION
    assert not BankCard.objects.exists()
    assert CARD["number"] not in str(dict(client.session.items()))


def test_a_bound_card_is_looked_at_freely_and_replaced_with_a_proof(client, owner, sina, now):
    bind(owner, now=now)
    assert "1238" in client.get(PAGE).content.decode()
    assert client.get(PAGE + "?new").url == QUESTION + "%3Fnew"


def test_who_came_by_weibo_and_has_no_password_is_not_locked_out(client, owner, sina):
    owner.set_unusable_password()
    owner.save()
    client.force_login(owner)
    assert client.get(PAGE).status_code == 200
    client.post(PAGE, CARD)
    assert BankCard.objects.exists()


def test_a_session_of_the_api_needs_a_proof_for_a_card_as_well(owner, sina):
    client = APIClient()
    client.force_login(owner, backend="accounts.sessions.Login")
    card = {**CARD, "consent": True}
    problem(client.put(f"{V1}bank-card/", card, format="json"), 403, "reauthenticate")
    assert not BankCard.objects.exists()
    prove(client.session, owner)
    assert client.put(f"{V1}bank-card/", card, format="json").status_code == 200


def test_the_dialog_for_credit_leads_to_the_question_and_changes_nothing(client):
    client.force_login(in_group(access.FINANCE))
    sent = {"_form_submitted": "on", "advertiser": AdvertiserFactory().pk, "amount": "500.00", "contract": "HT-1"}
    for answer in (client.get(DIALOG, headers=HTMX), client.post(DIALOG, sent, headers=HTMX)):
        assert answer["HX-Redirect"].startswith("/accounts/reauthenticate/?next=")
    assert not CreditLimit.objects.exists()


def test_after_the_question_the_desk_is_where_it_was(client):
    finance = in_group(access.FINANCE)
    finance.set_password(PASSWORD)
    finance.save()
    client.force_login(finance)
    question = client.get(DIALOG, headers=HTMX)["HX-Redirect"]
    assert client.post(question, {"password": PASSWORD}).url == HTMX["HX-Current-URL"]
    assert client.get(DIALOG, headers=HTMX).status_code == 200
