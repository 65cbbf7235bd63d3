"""Money that stays where it should not calls a person (A33, L24)."""

import pytest

from billing import audit, payouts, suspense
from billing.models import Payout, PayoutAttempt
from tests.billing.sina import at, bind
from tests.billing.test_payouts import TEN, attempt, batch
from tests.factories import UserFactory
from tests.moments import DAY, HOUR, SECOND
from weitask.alarms import raise_alarm, resolve_alarm
from weitask.models import Alarm

pytestmark = pytest.mark.django_db


def test_unpaid_7_days_after_the_card_was_fixed_is_an_alarm(sina, now):
    owner = UserFactory()
    batch(owner)
    bind(owner, now=at(TEN))
    assert payouts.alarm_next_due(TEN) == TEN + 7 * DAY
    assert payouts.alarm_due(TEN + 7 * DAY - SECOND) == 0
    assert payouts.alarm_due(TEN + 7 * DAY) == 1
    assert payouts.alarm_due(TEN + 8 * DAY) == 0
    assert payouts.alarm_next_due(TEN + 8 * DAY) is None


def test_paid_by_day_7_is_no_alarm(sina, now):
    sina.opening(100_000)
    owner = UserFactory()
    batch(owner)
    bind(owner, now=at(TEN))
    payouts.retry_due(TEN)
    payouts.send_due(TEN)
    payouts.answer(number=attempt().number, state="SUCCESS", now=TEN + 6 * DAY)
    assert payouts.alarm_due(TEN + 8 * DAY) == 0
    assert Payout.objects.get().state == "paid"


def test_a_payment_without_a_result_is_an_alarm_before_2_days_are_over(sina, now):
    owner = UserFactory()
    bind(owner, now=now)
    batch(owner)
    assert payouts.alarm_next_due(TEN) == TEN + 47 * HOUR
    assert payouts.alarm_due(TEN + 47 * HOUR) == 1
    assert Alarm.objects.get().key == PayoutAttempt.objects.get().number


def test_an_alarm_closed_without_mending_the_cause_comes_again(now):
    suspense.park(number="RC1", amount=100, reason="x", now=now)
    assert payouts.alarm_due(now + 3 * DAY) == 0
    resolve_alarm(kind="suspense", key="RC1", by=None, now=now)
    assert [one.rule for one in audit.run(only=["L24"], as_of=now + 3 * DAY)] == ["L24"]
    assert payouts.alarm_due(now + 3 * DAY) == 1
    assert not audit.run(only=["L24"], as_of=now + 3 * DAY)


def test_one_alarm_is_open_per_kind_and_key(now):
    assert raise_alarm(kind="a", key="1", text="x", now=now)
    assert not raise_alarm(kind="a", key="1", text="y", now=now)
    assert resolve_alarm(kind="a", key="1", by=UserFactory(), now=now)
    assert not resolve_alarm(kind="a", key="1", by=None, now=now)
    assert raise_alarm(kind="a", key="1", text="z", now=now)
