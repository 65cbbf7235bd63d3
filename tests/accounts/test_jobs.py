"""The sweeps of this app, rung as beat rings them."""

import pytest

from accounts import jobs  # noqa: F401 [registers the sweeps]
from accounts.models import Notice, WeiboAccount
from tests.factories import WeiboAccountFactory
from tests.moments import DAY
from weitask import sweeps
from weitask.models import Heartbeat

NAMES = ("accounts.profiles", "accounts.tokens", "accounts.notices", "accounts.suspensions")


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_look_with_nothing_due_leaves_a_heartbeat(now, name):
    assert sweeps.look(name, now=now) == 0
    assert sweeps.REGISTRY[name].next_due(now) is None
    assert Heartbeat.objects.get(name=name).failed == ""


@pytest.mark.django_db
def test_a_look_marks_expired_tokens(now):
    account = WeiboAccountFactory(token="v1.x", token_expires_at=now)
    assert sweeps.look("accounts.tokens", now=now + DAY) == 1
    assert WeiboAccount.objects.get(pk=account.pk).token_state == "expired"
    assert Notice.objects.get().user == account.user


def test_what_calls_out_runs_in_one_process_at_a_time():
    leased = {name for name in NAMES if sweeps.REGISTRY[name].leased}
    assert leased == {"accounts.profiles", "accounts.notices"}
