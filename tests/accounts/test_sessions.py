"""Sessions are read as Django reads its own: living ones whole, dead and unheard-of ones as nothing."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def kept() -> SessionStore:
    store = SessionStore()
    store["page"] = "七"
    store.save()
    return store


def test_a_session_is_read_back_in_one_statement(django_assert_num_queries):
    key = kept().session_key
    with django_assert_num_queries(1):
        assert SessionStore(key)["page"] == "七"


def test_a_session_that_ran_out_or_never_was_is_empty_and_gets_a_new_key():
    key = kept().session_key
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    for store in (SessionStore(key), SessionStore("0" * 32)):
        assert (store.get("page"), store.session_key) == (None, None)


def test_the_site_reads_its_sessions_so():
    assert SessionStore.__module__ == settings.SESSION_ENGINE
