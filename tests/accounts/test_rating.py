"""帐号评级 by a public formula (R140, A41, A42)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import rating
from accounts.models import MediaAccount, Notice, RatingScore
from tests.accounts.people import make_reviewer, suspend
from tests.factories import MediaAccountFactory
from tests.moments import DAY
from weitask.models import Alarm

NEW = rating.Facts(account_id=1)
GOOD = rating.Facts(
    account_id=1, dispatched=200, accepted=200, published=200, completed=190, answer_minutes=10, median_reposts=80
)
counts = st.integers(0, 500)


def _points(facts, followers=100_000):
    return {part.key: part.points for part in rating.rate(facts=facts, followers=followers).parts}


def _facts(account, **changes):
    return rating.Facts(account_id=account.pk, **changes)


def test_an_unknown_small_account_scores_the_default():
    assert rating.rate(facts=NEW, followers=0).score == MediaAccount._meta.get_field("rating").default


def test_a_flawless_busy_account_with_a_million_followers_comes_near_100():
    assert rating.rate(facts=GOOD, followers=1_000_000).score >= 98


def test_the_score_is_the_sum_of_its_parts():
    rated = rating.rate(facts=GOOD, followers=100_000)
    assert rated.score == sum(part.points for part in rated.parts)
    assert sum(part.most for part in rated.parts) == 100


@pytest.mark.parametrize(
    ("followers", "points"), [(-1, 0), (0, 0), (9_999, 0), (10_000, 5), (999_999, 10), (10**9, 15)]
)
def test_reach_grows_by_powers_of_ten(followers, points):
    assert _points(NEW, followers)["reach"] == points


@pytest.mark.parametrize(("minutes", "points"), [(None, 7), (0, 10), (30, 10), (735, 5), (1439, 0), (9999, 0)])
def test_speed_is_full_to_half_an_hour_and_nothing_after_a_day(minutes, points):
    assert _points(rating.Facts(account_id=1, answer_minutes=minutes))["speed"] == points


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"lapsed": 10}, "punctuality"),
        ({"refused_unfair": 10}, "fairness"),
        ({"accepted": 100}, "acceptance"),
        ({"failed": 10}, "delivery"),
        ({"deleted_early": 20}, "delivery"),
    ],
)
def test_each_fault_costs_points_in_its_own_part(change, part):
    before, after = _points(GOOD), _points(rating.Facts(**{**GOOD.__dict__, **change}))
    assert after[part] < before[part]
    assert {key: value for key, value in after.items() if key != part} == {
        key: value for key, value in before.items() if key != part
    }


def test_a_deletion_before_24_hours_costs_twice_one_before_30_days():
    failed = _points(rating.Facts(account_id=1, published=100, failed=20))["delivery"]
    early = _points(rating.Facts(account_id=1, published=100, deleted_early=40))["delivery"]
    assert failed == early


def test_one_lapse_does_not_break_a_new_account():
    lapsed = rating.Facts(account_id=1, dispatched=1, lapsed=1)
    assert rating.rate(facts=NEW, followers=0).score - rating.rate(facts=lapsed, followers=0).score <= 6


@given(
    st.builds(
        rating.Facts,
        account_id=st.just(1),
        dispatched=counts,
        accepted=counts,
        refused_unfair=counts,
        lapsed=counts,
        published=counts,
        failed=counts,
        deleted_early=counts,
        answer_minutes=st.none() | st.integers(0, 10**6),
    ),
    st.integers(0, 10**10),
)
def test_no_facts_leave_the_range_of_0_to_100(facts, followers):
    rated = rating.rate(facts=facts, followers=followers)
    assert 0 <= rated.score <= 100
    assert all(0 <= part.points <= part.most for part in rated.parts)


@pytest.mark.django_db
def test_applying_writes_score_rates_and_history(now):
    account = MediaAccountFactory()
    facts = _facts(account, dispatched=10, accepted=7, lapsed=2, answer_minutes=12, median_reposts=5, median_comments=3)
    assert rating.apply([facts], now=now) == 1
    account.refresh_from_db()
    assert (account.accept_rate_bp, account.lapse_rate_bp, account.answer_minutes) == (7_000, 2_000, 12)
    score = RatingScore.objects.get()
    assert (score.score, score.formula, score.at) == (account.rating, "v1", now)
    assert sum(part["points"] for part in score.parts) == account.rating


@pytest.mark.django_db
def test_applying_the_same_facts_again_writes_nothing(now):
    facts = [_facts(MediaAccountFactory(), dispatched=3, accepted=3)]
    rating.apply(facts, now=now)
    assert rating.apply(facts, now=now + DAY) == 0
    assert RatingScore.objects.count() == 1


@pytest.mark.django_db
def test_a_thousand_accounts_are_a_handful_of_statements(now, django_assert_max_num_queries):
    accounts = MediaAccountFactory.create_batch(60)
    with django_assert_max_num_queries(9):
        assert rating.apply([_facts(account, dispatched=2, accepted=1) for account in accounts], now=now) == 60


@pytest.mark.django_db
def test_an_account_without_orders_has_no_rates(now):
    account = MediaAccountFactory(accept_rate_bp=5_000)
    rating.apply([_facts(account)], now=now)
    account.refresh_from_db()
    assert (account.accept_rate_bp, account.lapse_rate_bp) == (None, None)


@pytest.mark.django_db
@pytest.mark.parametrize(("by_hand", "specific"), [(False, True), (True, False)])
def test_a_high_rating_lists_an_account_unless_an_operator_decided(now, by_hand, specific):
    account = MediaAccountFactory(followers=2_000_000, specific=False, specific_by_hand=by_hand)
    rating.apply([_facts(account, dispatched=200, accepted=200, published=200, answer_minutes=5)], now=now)
    account.refresh_from_db()
    assert account.specific is specific


@pytest.mark.django_db
@pytest.mark.parametrize(("dispatched", "lapsed", "warned"), [(10, 4, 1), (10, 3, 0), (9, 9, 0)])
def test_many_lapses_warn_the_owner_from_ten_orders_on(now, dispatched, lapsed, warned):
    rating.apply([_facts(MediaAccountFactory(), dispatched=dispatched, lapsed=lapsed)], now=now)
    assert Notice.objects.filter(kind="lapse_warning").count() == warned


@pytest.mark.django_db
def test_a_warning_comes_once_a_month(now):
    account = MediaAccountFactory()
    for day in (0, 1, 31):
        rating.apply([_facts(account, dispatched=10, lapsed=9)], now=now + day * DAY)
    assert Notice.objects.filter(kind="lapse_warning").count() == 2


@pytest.mark.parametrize(("dispatched", "lapsed", "proposed"), [(10, 5, False), (10, 6, True), (9, 9, False)])
def test_more_than_half_lapsed_of_ten_orders_proposes_a_suspension(dispatched, lapsed, proposed):
    assert rating.to_suspend(rating.Facts(account_id=1, dispatched=dispatched, lapsed=lapsed)) is proposed


@pytest.mark.django_db
def test_a_proposal_is_an_alarm_once_and_only_operators_suspend(now):
    account = MediaAccountFactory()
    facts = [_facts(account, dispatched=10, lapsed=9)]
    rating.apply(facts, now=now)
    rating.apply(facts, now=now + DAY)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.key, alarm.raised_at) == ("suspension_proposed", str(account.pk), now)
    account.refresh_from_db()
    assert account.suspended_at is None


@pytest.mark.django_db
def test_suspending_closes_the_proposal_and_raises_no_new_one(now):
    account, reviewer = MediaAccountFactory(), make_reviewer()
    facts = [_facts(account, dispatched=10, lapsed=9)]
    rating.apply(facts, now=now)
    suspend(account, by=reviewer, now=now + DAY)
    rating.apply(facts, now=now + 2 * DAY)
    alarm = Alarm.objects.get()
    assert (alarm.resolved_by, alarm.resolved_at) == (reviewer, now + DAY)
