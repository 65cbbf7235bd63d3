"""The daily reading of profiles."""

import pytest

from accounts import profiles, weibo_binding
from accounts.models import WeiboAccount
from tests.accounts.weibo_side import UID, profile, token
from tests.factories import MediaAccountFactory, UserFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY, SECOND
from weitask import clock

pytestmark = pytest.mark.django_db

FOUR = MONDAY.replace(hour=4) + DAY  # the next 04:00


@pytest.fixture
def known(sandbox, now):
    """An account whom Weibo knows by a true token."""
    sandbox.control("tick/", {"now": now.isoformat()})
    user = {"uid": UID, "screen_name": "城南食记", "followers_count": 482_113, "token": True}
    given = sandbox.control("weibo/users/", user)
    account = weibo_binding.bind(
        user=UserFactory(), token=token(value=given["access_token"]), profile=profile(), now=now
    )
    MediaAccountFactory(weibo=account, screen_name="城南食记", followers=482_113)
    return account


def test_profiles_are_due_at_four_in_the_morning_in_shanghai(known, now):
    assert profiles.next_due(now) == FOUR
    assert profiles.refresh_due(FOUR - SECOND) == 0
    assert profiles.refresh_due(FOUR) == 1
    assert profiles.next_due(FOUR) == FOUR + DAY


def test_a_new_name_and_new_followers_reach_the_search_row(known, sandbox):
    sandbox.control("weibo/users/", {"uid": UID, "screen_name": "城南食记吃遍", "followers_count": 500_000})
    profiles.refresh_due(FOUR)
    media = WeiboAccount.objects.get().media
    assert (media.screen_name, media.followers) == ("城南食记吃遍", 500_000)


def test_a_profile_that_did_not_change_is_noted_without_a_look_at_the_account(known, django_assert_max_num_queries):
    profiles.refresh_due(FOUR)
    with django_assert_max_num_queries(2):
        assert profiles.refresh_due(FOUR + DAY) == 1
    known.refresh_from_db()
    assert (known.profile_read_at, known.profile_due_at) == (FOUR + DAY, FOUR + 2 * DAY)


def test_a_new_blue_mark_is_seen(known, sandbox):
    sandbox.control("weibo/users/", {"uid": UID, "verified": True, "verified_type": 2, "verified_reason": "某公司"})
    profiles.refresh_due(FOUR)
    account = WeiboAccount.objects.get()
    assert account.media.organisation
    assert account.verified_reason == "某公司"


def test_a_busy_weibo_is_asked_again_after_15_minutes(known, sandbox):
    sandbox.control("faults/", {"target": "users/show", "kind": "error_code", "error_code": "10001", "times": 1})
    assert profiles.refresh_due(FOUR) == 0
    assert profiles.next_due(FOUR) == FOUR + 15 * MINUTE
    assert profiles.refresh_due(FOUR + 15 * MINUTE) == 1


@pytest.mark.parametrize(("act", "state"), [("expire", "expired"), ("revoke", "revoked")])
def test_a_dead_token_is_found_out_and_marked(known, sandbox, act, state):
    sandbox.control(f"weibo/tokens/{act}/", {"uid": UID})
    assert profiles.refresh_due(FOUR) == 0
    account = WeiboAccount.objects.get()
    assert (account.token_state, account.media.authorised) == (state, False)
    assert profiles.next_due(FOUR) is None


def test_a_user_whom_weibo_no_longer_has_is_looked_for_tomorrow(known, sandbox):
    sandbox.control("faults/", {"target": "users/show", "kind": "error_code", "error_code": "20003", "times": 1})
    profiles.refresh_due(FOUR)
    assert profiles.next_due(FOUR) == FOUR + DAY
    assert WeiboAccount.objects.get().last_error_code == "20003"


def test_with_nothing_due_weibo_is_not_asked(known, sandbox, now):
    assert profiles.refresh_due(now + HOUR) == 0
    assert sandbox.control("stats/")["requests"]["total"] == 0


def test_one_account_that_fails_does_not_hold_up_the_others(known, sandbox, now):
    given = sandbox.control("weibo/users/", {"uid": "6000000001", "token": True})
    other = token("6000000001", value=given["access_token"])
    weibo_binding.bind(user=UserFactory(), token=other, profile=profile("6000000001"), now=now)
    sandbox.control("weibo/tokens/revoke/", {"uid": UID})
    assert profiles.refresh_due(FOUR) == 1


def test_a_token_that_no_longer_opens_does_not_stall_the_reading(known, sandbox, now):
    given = sandbox.control("weibo/users/", {"uid": "6000000001", "token": True})
    other = token("6000000001", value=given["access_token"])
    weibo_binding.bind(user=UserFactory(), token=other, profile=profile("6000000001"), now=now)
    WeiboAccount.objects.filter(uid=UID).update(token="v1.gone.AAAA")
    assert profiles.refresh_due(FOUR) == 1
    assert profiles.next_due(FOUR) == FOUR + DAY


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_call_that_an_authorisation_ended_makes_us_look(known, sandbox, client, settings, method):
    sandbox.control("weibo/tokens/revoke/", {"uid": UID})
    told = {"source": settings.WEIBO_APP_KEY, "uid": UID, "auth_end": "1767600000"}
    assert getattr(client, method)("/weibo/deauthorised/", told).status_code == 200
    assert WeiboAccount.objects.get().token_state == "valid"
    profiles.refresh_due(profiles.next_due(MONDAY))
    assert WeiboAccount.objects.get().token_state == "revoked"


def test_a_false_call_changes_nothing(known, client, settings):
    clock.pin(at=MONDAY)
    client.post("/weibo/deauthorised/", {"source": settings.WEIBO_APP_KEY, "uid": UID})
    profiles.refresh_due(profiles.next_due(MONDAY))
    assert WeiboAccount.objects.get().token_state == "valid"


@pytest.mark.parametrize("told", [{}, {"source": "1", "uid": UID}, {"uid": UID}, {"source": "2714550001", "uid": "x"}])
def test_a_call_that_is_not_weibos_is_refused(known, client, told):
    assert client.post("/weibo/deauthorised/", told).status_code == 400
    assert profiles.next_due(MONDAY) == FOUR


def test_a_call_about_an_unknown_account_is_answered_alike(client, settings):
    told = {"source": settings.WEIBO_APP_KEY, "uid": "1"}
    assert client.post("/weibo/deauthorised/", told).status_code == 200
