"""Card fix within a week, and a payment that the bank returns after 已付款 (R111, R128, R133, A33)."""

import pytest

from billing import audit, payouts
from billing.models import AccountKind, Payout, PayoutAttempt
from orders import labels, settlement
from orders.models import Order
from tests.billing.book import balance
from tests.billing.sina import at, bind, tell
from tests.factories import MediaAccountFactory
from tests.moments import DAY, FRIDAY, HOUR, SECOND
from tests.orders import world
from weitask.models import Alarm

pytestmark = pytest.mark.django_db
NOON = FRIDAY + 12 * HOUR
FIXED = NOON + 2 * DAY


@pytest.fixture
def owner(sina, now):
    """An owner with 100.00 in Friday's batch and no card."""
    sina.opening(1_000_000)
    account = MediaAccountFactory()
    world.achieve(world.publish(world.accepted(accounts=[account]), posted_at=FRIDAY - DAY))
    settlement.settle(cutoff=FRIDAY, now=at(NOON))
    assert (Payout.objects.get().state, label()) == ("failed", "支付失败")
    return account.owner


def label() -> str:
    return str(labels.label(Order.objects.get()).name)


def number() -> str:
    return PayoutAttempt.objects.latest("pk").number


def send(moment) -> None:
    """The daily retry, and the payment goes out."""
    payouts.retry_due(at(moment))
    payouts.send_due(moment)


def overdue() -> int:
    return Alarm.objects.filter(kind="payout_overdue").count()


def test_unpaid_when_day_7_after_the_card_fix_has_passed_is_an_alarm(sina, owner):
    bind(owner, now=at(FIXED))
    send(FIXED)
    payouts.alarm_due(FIXED + 7 * DAY - SECOND)
    assert overdue() == 0
    payouts.alarm_due(FIXED + 7 * DAY)
    assert overdue() == 1
    payouts.alarm_due(FIXED + 8 * DAY)
    assert (overdue(), balance(AccountKind.TRANSIT, owner=owner)) == (1, 10_000)


def test_paid_by_day_7_after_the_card_fix_is_no_alarm(sina, owner):
    bind(owner, now=at(FIXED))
    send(FIXED)
    tell(sina.settle(number(), "failed"), now=FIXED)  # retried daily until it passes
    send(FIXED + DAY)
    tell(sina.settle(number(), "success"), now=at(FIXED + 7 * DAY - SECOND))
    payouts.alarm_due(FIXED + 7 * DAY)
    assert (overdue(), label(), Payout.objects.get().state) == (0, "已付款", "paid")
    assert balance(AccountKind.PAYABLE, owner=owner) == 0


def test_a_payment_returned_after_it_was_paid_is_failed_and_owed_again(sina, owner):
    bind(owner, now=at(FIXED))
    send(FIXED)
    tell(sina.settle(number(), "success"), now=FIXED)
    assert (label(), balance(AccountKind.PAYABLE, owner=owner)) == ("已付款", 0)
    cash = balance(AccountKind.CASH)
    tell(sina.settle(number(), "returned")[1:], now=at(FIXED + DAY))
    assert (label(), Payout.objects.get().state) == ("支付失败", "failed")
    assert balance(AccountKind.PAYABLE, owner=owner) == 10_000
    assert balance(AccountKind.CASH) == cash - 10_000
    assert audit.run(as_of=FIXED + DAY) == []


def test_what_came_back_is_paid_again_once_the_card_is_fixed(sina, owner):
    bind(owner, now=at(FIXED))
    send(FIXED)
    tell(sina.settle(number(), "success"), now=FIXED)
    tell(sina.settle(number(), "returned")[1:], now=at(FIXED + DAY))
    bind(owner, now=at(FIXED + 2 * DAY), number="6222020200004567")
    send(FIXED + 2 * DAY)
    tell(sina.settle(number(), "success"), now=FIXED + 2 * DAY)
    assert (label(), Payout.objects.count(), PayoutAttempt.objects.count()) == ("已付款", 1, 2)
    assert balance(AccountKind.PAYABLE, owner=owner) == 0
