"""A Weibo account and its token (R12, A25, F47-F49)."""

import pytest

from accounts import weibo_binding
from accounts.models import Notice, WeiboAccount
from tests.accounts.weibo_side import THIRTY_DAYS, UID, profile, token
from tests.factories import MediaAccountFactory, UserFactory
from tests.moments import DAY, HOUR, SECOND
from weitask.refusal import Conflict, Refusal

pytestmark = pytest.mark.django_db


def _bind(user, now, **changes):
    return weibo_binding.bind(user=user, token=token(**changes), profile=profile(), now=now)


@pytest.fixture
def bound(now):
    return _bind(UserFactory(), now)


@pytest.fixture
def known(sandbox, now):
    """An account whom Weibo knows by a true token, and which takes orders."""
    given = sandbox.control("weibo/users/", {"uid": UID, "screen_name": "城南食记", "token": True})
    account = _bind(UserFactory(), now, value=given["access_token"])
    MediaAccountFactory(weibo=account)
    return account


def test_binding_copies_the_profile_and_seals_the_token(bound, now):
    assert (bound.screen_name, bound.followers, bound.region) == ("城南食记", 482_113, "四川 成都")
    assert bound.token_expires_at == now + THIRTY_DAYS * SECOND
    assert "2.00abc" not in bound.token
    assert weibo_binding.token_of(bound) == "2.00abc"


def test_binding_again_always_takes_the_new_token(bound, now):
    again = _bind(bound.user, now + DAY, value="2.00new")
    assert again.pk == bound.pk
    assert weibo_binding.token_of(again) == "2.00new"
    assert again.token_expires_at == now + DAY + THIRTY_DAYS * SECOND


def test_an_account_of_another_user_is_refused_in_chinese_and_keeps_its_token(bound, now):
    with pytest.raises(Conflict, match="该微博帐号已绑定其他用户") as refused:
        _bind(UserFactory(), now, value="2.00thief")
    assert refused.value.code == "weibo_bound_elsewhere"
    bound.refresh_from_db()
    assert weibo_binding.token_of(bound) == "2.00abc"


def test_a_profile_of_somebody_else_is_refused(now):
    with pytest.raises(Refusal, match="不一致"):
        weibo_binding.bind(user=UserFactory(), token=token("1"), profile=profile("2"), now=now)
    assert not WeiboAccount.objects.exists()


def test_renewing_a_lost_token_puts_the_account_back_into_selection(bound, now):
    media = MediaAccountFactory(weibo=bound)
    weibo_binding.mark_lost(weibo=bound, state="revoked", code="21332", now=now)
    _bind(bound.user, now + HOUR)
    media.refresh_from_db()
    assert media.authorised


def test_a_lost_token_is_forgotten_and_its_owner_told_once(bound, now):
    media = MediaAccountFactory(weibo=bound)
    stale = WeiboAccount.objects.get(pk=bound.pk)
    assert weibo_binding.mark_lost(weibo=bound, state="revoked", code="21332", now=now)
    assert not weibo_binding.mark_lost(weibo=stale, state="expired", code="21327", now=now + SECOND)
    media.refresh_from_db()
    stale.refresh_from_db()
    assert (media.authorised, stale.token, stale.token_state, stale.last_error_code) == (False, "", "revoked", "21332")
    assert Notice.objects.get().kind == "weibo_lost"


def test_a_token_renewed_meanwhile_is_not_marked_as_lost(bound, now):
    stale = WeiboAccount.objects.get(pk=bound.pk)
    renewed = _bind(bound.user, now, value="2.00new")
    assert not weibo_binding.mark_lost(weibo=stale, state="expired", code="21327", now=now)
    renewed.refresh_from_db()
    assert weibo_binding.token_of(renewed) == "2.00new"


def test_a_lost_token_cannot_be_used(bound, now):
    weibo_binding.mark_lost(weibo=bound, state="expired", code="", now=now)
    with pytest.raises(weibo_binding.NotAuthorised, match="请重新授权"):
        weibo_binding.token_of(bound)


@pytest.mark.parametrize(("later", "lasts"), [(-1, True), (0, False), (1, False)])
def test_an_authorisation_must_outlive_the_start(bound, later, lasts):
    start = bound.token_expires_at + later * SECOND
    assert weibo_binding.outlives(weibo=bound, moment=start) is lasts


def test_a_lost_authorisation_outlives_nothing(bound, now):
    weibo_binding.mark_lost(weibo=bound, state="revoked", code="", now=now)
    assert not weibo_binding.outlives(weibo=bound, moment=now)


def test_unbinding_gives_the_token_back_to_weibo(known, sandbox, now):
    weibo_binding.unbind(weibo=known, by=known.user, now=now)
    assert (known.token, known.token_state, known.media.authorised) == ("", "revoked", False)
    assert sandbox.control("stats/")["requests"]["by_target"]["weibo:oauth2/revokeoauth2"] == 1


def test_a_token_that_weibo_forgot_is_unbound_all_the_same(bound, sandbox, now):
    weibo_binding.unbind(weibo=bound, by=bound.user, now=now)
    assert bound.token == ""


def test_nothing_is_unbound_while_weibo_cannot_be_asked(known, sandbox, now):
    sandbox.control("faults/", {"target": "oauth2/revokeoauth2", "kind": "http_500", "times": 1})
    with pytest.raises(Refusal, match="微博接口繁忙"):
        weibo_binding.unbind(weibo=known, by=known.user, now=now)
    known.refresh_from_db()
    assert known.token_state == "valid"


def test_a_stranger_cannot_unbind(bound, now):
    with pytest.raises(Refusal, match="自己的微博授权"):
        weibo_binding.unbind(weibo=bound, by=UserFactory(), now=now)


def test_an_account_without_token_is_unbound_without_asking_weibo(bound, now):
    weibo_binding.mark_lost(weibo=bound, state="expired", code="", now=now)
    weibo_binding.unbind(weibo=bound, by=bound.user, now=now)
    assert bound.token_state == "revoked"


def test_a_token_expires_at_its_moment_and_not_before(bound, now):
    expires = bound.token_expires_at
    assert weibo_binding.expire_due(expires - SECOND) == 0
    assert weibo_binding.expire_due(expires) == 1
    assert weibo_binding.expire_due(expires) == 0
    bound.refresh_from_db()
    assert bound.token_state == "expired"


def test_the_owner_is_reminded_once_three_days_before(bound, now):
    due = bound.token_expires_at - 3 * DAY
    assert weibo_binding.watch_tokens(due - SECOND) == 0
    assert weibo_binding.watch_tokens(due) == 1
    assert weibo_binding.watch_tokens(due + DAY) == 0
    notice = Notice.objects.get()
    assert (notice.kind, notice.user, notice.deliveries.get().address) == ("weibo_expiring", bound.user, UID)
    assert "2026-02-04 10:00" in notice.body


def test_a_renewed_authorisation_is_reminded_of_anew(bound, now):
    weibo_binding.remind_due(bound.token_expires_at - 3 * DAY)
    later = now + 28 * DAY
    again = _bind(bound.user, later)
    assert weibo_binding.remind_due(again.token_expires_at - 3 * DAY) == 1
    assert Notice.objects.count() == 2


def test_a_token_of_one_day_is_reminded_of_in_its_last_quarter(now):
    account = _bind(UserFactory(), now, expires_in=86_400)
    assert account.remind_at == now + 18 * HOUR


def test_the_next_moment_is_the_reminder_then_the_expiry_then_none(bound, now):
    assert weibo_binding.tokens_next_due(now) == bound.token_expires_at - 3 * DAY
    weibo_binding.remind_due(bound.token_expires_at - 3 * DAY)
    assert weibo_binding.tokens_next_due(now) == bound.token_expires_at
    weibo_binding.expire_due(bound.token_expires_at)
    assert weibo_binding.tokens_next_due(now) is None


@pytest.mark.parametrize(
    ("verified", "kind", "organisation"),
    [(True, 2, True), (True, 7, True), (False, 8, True), (True, 0, False), (False, -1, False), (False, 2, False)],
)
def test_an_organisation_is_told_by_weibos_verification(now, verified, kind, organisation):
    known = profile(verified=verified, verified_type=kind)
    account = weibo_binding.bind(user=UserFactory(), token=token(), profile=known, now=now)
    assert weibo_binding.is_organisation(account) is organisation


def test_which_verifications_count_is_a_setting(now, settings):
    settings.WEIBO_ORG_TYPES = [2]
    media = profile(verified=True, verified_type=3)
    account = weibo_binding.bind(user=UserFactory(), token=token(), profile=media, now=now)
    assert not weibo_binding.is_organisation(account)


def test_a_profile_longer_than_our_columns_is_cut(now):
    long = profile(description="长" * 999, verified_reason="长" * 999, location="长" * 99)
    account = weibo_binding.bind(user=UserFactory(), token=token(), profile=long, now=now)
    assert (len(account.description), len(account.verified_reason), len(account.region)) == (300, 200, 40)


def test_a_refusal_of_weibo_does_not_keep_a_token_with_us(known, sandbox, now):
    sandbox.control(
        "faults/", {"target": "oauth2/revokeoauth2", "kind": "error_code", "error_code": "10014", "times": 1}
    )
    weibo_binding.unbind(weibo=known, by=known.user, now=now)
    assert (known.token, known.token_state) == ("", "revoked")


def test_a_token_renewed_while_unbinding_stays(known, now):
    stale = WeiboAccount.objects.get(pk=known.pk)
    _bind(known.user, now, value="2.00new")
    weibo_binding.unbind(weibo=stale, by=stale.user, now=now)
    assert weibo_binding.token_of(stale) == "2.00new"
    assert known.media.authorised
