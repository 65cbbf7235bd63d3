"""The address for Sina Pay's notifications: `success` after the commit, 400 for everything forged (F24, F28)."""

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from billing import notifications, topups
from billing.models import AccountKind, PaymentNotice
from billing.views.notify import notify
from tests.billing.book import balance
from tests.factories import AdvertiserFactory
from weitask.models import SecurityEvent

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def post(body: bytes, **extra):
    return notify(RequestFactory().post("/", body, content_type=FORM, **extra))


@pytest.fixture
def paid(sina, now) -> bytes:
    """The notification of a paid top-up."""
    topup = topups.start(advertiser=AdvertiserFactory(), amount=200_000, payer_ip="203.0.113.9", now=now)
    (body,) = sina.pay(topup.number)
    return body


def test_a_true_notification_is_answered_success_and_nothing_else(paid):
    answer = post(paid)
    assert (answer.status_code, answer.content) == (200, b"success")
    assert balance(AccountKind.CASH) == -200_000


def test_the_address_needs_no_session_and_no_csrf_token(paid):
    answer = Client(enforce_csrf_checks=True).post("/api/v1/payments/sinapay/notify/", paid, content_type=FORM)
    assert (answer.status_code, answer.content) == (200, b"success")


def test_a_forged_one_is_a_sign_error_and_a_security_event_without_its_content(paid):
    answer = post(paid.replace(b"2000.00", b"9000.00"), REMOTE_ADDR="203.0.113.66")
    assert (answer.status_code, answer.content) == (400, b"sign error")
    event = SecurityEvent.objects.get()
    assert (event.kind, event.ip, event.detail["reason"]) == ("forged_notification", "203.0.113.66", "signature")
    assert balance(AccountKind.CASH) == 0


@pytest.mark.parametrize("length", [64 * 1024 + 1, "many"])
def test_a_body_over_64_kb_is_refused_unread(sina, length):
    answer = post(b"a=b", CONTENT_LENGTH=str(length))
    assert (answer.status_code, answer.content) == (400, b"sign error")
    assert SecurityEvent.objects.get().detail["reason"] == "size"


def test_only_post_is_answered(sina):
    assert notify(RequestFactory().get("/")).status_code == 405


def test_when_we_cannot_store_it_it_must_come_again(paid, monkeypatch):
    def broken(**_):
        raise OperationalError("disk full")

    monkeypatch.setattr(notifications, "receive", broken)
    answer = post(paid)
    assert (answer.status_code, answer.content) == (503, b"fail")
    assert not PaymentNotice.objects.exists()
