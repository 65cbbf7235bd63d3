"""充值: credited once, by the notification or by the query (R125, F23, F27)."""

import itertools
from datetime import timedelta

import pytest

from accounts.models import Notice
from billing import queries, topups
from billing.models import AccountKind, SuspenseItem, TopUp, Transfer
from tests.billing.book import balance
from tests.billing.sina import DEPOSIT, QUERY_DEPOSIT, at, tell
from tests.factories import AdvertiserFactory
from tests.moments import DAY, HOUR, MINUTE
from weitask.models import Alarm
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db


def start(now, amount: int = 200_000) -> TopUp:
    return topups.start(advertiser=AdvertiserFactory(), amount=amount, payer_ip="203.0.113.9", now=now)


def state_of(topup: TopUp) -> str:
    return TopUp.objects.get(pk=topup.pk).state


def test_a_recharge_sends_the_browser_to_the_cashier_and_credits_nothing(sina, now):
    topup = start(now)
    assert topup.cashier_url.startswith("http")
    assert state_of(topup) == "pending"
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("amount", [0, -1, topups.MAX_AMOUNT + 1])
def test_an_amount_that_cannot_be_paid_is_refused(now, amount):
    with pytest.raises(Refusal) as refusal:
        start(now, amount)
    assert refusal.value.problems[0].field == "amount"
    assert not TopUp.objects.exists()


def test_a_paid_recharge_is_credited_by_its_notification(sina, now):
    topup = start(now)
    assert tell(sina.pay(topup.number), now=now) == ["success"]
    wallet = queries.wallet(advertiser_id=topup.advertiser_id, now=now)
    assert (wallet.available, wallet.recharged_total) == (200_000, 200_000)
    assert balance(AccountKind.CASH) == -200_000 == -sina.balance()
    assert Notice.objects.get().dedupe == f"recharged:{topup.pk}"


def test_a_lost_notification_is_made_up_for_by_the_query_within_5_minutes(sina, now):
    topup = start(now)
    sina.pay(topup.number, notify="never")
    assert topups.next_due(now) == now + MINUTE
    assert topups.query_due(now) == 0
    assert topups.query_due(at(now + MINUTE)) == 1
    assert state_of(topup) == "success"
    assert topups.next_due(now) is None


def test_an_open_recharge_is_asked_about_at_least_every_5_minutes_at_first_and_given_up_after_7_days(sina, now):
    topup = start(now)
    asked = []
    while (due := topups.next_due(now)) is not None:
        asked.append(due - now)
        topups.settle(number=topup.number, now=at(due))
    assert state_of(topup) == "closed"
    assert {MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, DAY, 7 * DAY} <= set(asked)
    early = [age for age in asked if age <= 2 * HOUR]
    assert max(b - a for a, b in itertools.pairwise(early)) <= 5 * MINUTE
    assert len(asked) < 100


def test_a_payment_after_the_last_question_is_still_credited(sina, now):
    topup = start(now)
    topups.settle(number=topup.number, now=now + 8 * DAY)
    assert state_of(topup) == "closed"
    tell(sina.pay(topup.number), now=now + 9 * DAY)
    assert state_of(topup) == "success"
    assert balance(AccountKind.AVAILABLE, advertiser=topup.advertiser) == 200_000


def test_a_failed_payment_ends_the_recharge_without_credit(sina, now):
    topup = start(now)
    tell(sina.refuse(topup.number), now=now)
    assert state_of(topup) == "failed"
    assert not Transfer.objects.exists()


def test_a_recharge_that_sina_refuses_at_once_has_failed(sina, now):
    sina.fault(DEPOSIT, "error_code", error_code="PARTNER_ID_NOT_EXIST")
    with pytest.raises(topups.Unavailable) as refusal:
        start(now)
    assert refusal.value.status == 503
    assert TopUp.objects.get().state == "failed"


@pytest.mark.parametrize("kind", ["timeout_after", "bad_json", "http_500", "unsigned"])
def test_after_an_unknown_outcome_the_recharge_stays_open_and_the_query_decides(sina, now, kind):
    sina.fault(DEPOSIT, kind)
    topup = start(now)
    assert (state_of(topup), topup.cashier_url) == ("pending", "")
    sina.well()
    topups.query_due(at(now + MINUTE))
    assert state_of(topup) == "pending"


def test_an_unanswered_question_is_asked_again_in_a_minute(sina, now):
    topup = start(now)
    sina.fault(QUERY_DEPOSIT, "http_500")
    assert topups.query_due(now + MINUTE) == 0
    assert TopUp.objects.get(pk=topup.pk).next_query_at == now + 2 * MINUTE
    assert not Alarm.objects.exists()


def test_a_question_refused_for_our_own_fault_raises_an_alarm(sina, now):
    start(now)
    sina.fault(QUERY_DEPOSIT, "error_code", error_code="ILLEGAL_SIGN")
    topups.query_due(now + MINUTE)
    assert Alarm.objects.get().key == "ILLEGAL_SIGN"


def test_one_broken_row_does_not_stall_the_others(sina, now, monkeypatch):
    broken, good = start(now), start(now)
    sina.pay(good.number, notify="never")
    settle = topups.settle

    def breaking(*, number, now):
        if number == broken.number:
            raise ZeroDivisionError
        return settle(number=number, now=now)

    monkeypatch.setattr(topups, "settle", breaking)
    assert topups.query_due(now + MINUTE) == 1
    assert (state_of(broken), state_of(good)) == ("pending", "success")


def test_a_look_at_a_silent_sina_ends_after_a_minute(sina, now, monkeypatch):
    first, second = start(now), start(now)
    monkeypatch.setattr(topups, "LOOK_FOR", 0)
    for topup in (first, second):
        sina.pay(topup.number, notify="never")
        assert topups.query_due(now + MINUTE) == 1
    assert (state_of(first), state_of(second)) == ("success", "success")


def test_the_query_credits_once_however_often_it_is_asked(sina, now):
    topup = start(now)
    bodies = sina.pay(topup.number)
    topups.settle(number=topup.number, now=now)
    topups.settle(number=topup.number, now=now)
    tell(bodies, now=now)
    assert balance(AccountKind.AVAILABLE, advertiser=topup.advertiser) == 200_000


def test_money_of_another_amount_goes_to_suspense_and_not_to_the_advertiser(sina, now):
    topup = start(now)
    TopUp.objects.filter(pk=topup.pk).update(amount=150_000)
    sina.pay(topup.number, notify="never")
    topups.settle(number=topup.number, now=now)
    assert state_of(topup) == "closed"
    assert balance(AccountKind.SUSPENSE) == 200_000
    assert SuspenseItem.objects.get().confirmed_at == now
    assert Alarm.objects.get().kind == "suspense"


def test_a_failed_recharge_asked_about_again_stays_failed(sina, now):
    topup = start(now)
    tell(sina.refuse(topup.number), now=now)
    for _ in range(2):
        topups.settle(number=topup.number, now=now)
    assert state_of(topup) == "failed"


def test_a_recharge_sina_knows_nothing_of_stays_failed_once_it_is(sina, now):
    sina.fault(DEPOSIT, "error_code", error_code="PARTNER_ID_NOT_EXIST")
    with pytest.raises(topups.Unavailable):
        start(now)
    topup = topups.settle(number=TopUp.objects.get().number, now=now)
    assert topup.state == "failed"


def test_a_credited_recharge_that_sina_calls_failed_later_is_kept_and_looked_at(sina, now):
    topup = start(now)
    tell(sina.pay(topup.number), now=now)
    sina.refuse(topup.number, notify="never")
    topups.settle(number=topup.number, now=now + timedelta(hours=1))
    assert state_of(topup) == "success"
    assert Alarm.objects.get().kind == "topup_conflict"
