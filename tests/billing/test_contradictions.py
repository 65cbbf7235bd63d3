"""A bank that says two things of one number: frozen, alarmed, decided by a person from Sina's own list (F32)."""

import pytest

from billing import payouts, queries
from billing.models import AccountKind, Payout, PayoutAttempt
from tests.billing.book import balance, overwrite
from tests.billing.sina import QUERY_PAYOUT, at, bind, tell
from tests.billing.test_payouts import TEN, attempt, batch
from tests.factories import UserFactory
from tests.moments import DAY, HOUR, MINUTE
from weitask.models import Alarm
from weitask.refusal import Conflict, Forbidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(sina, now):
    sina.opening(1_000_000)
    owner = UserFactory()
    bind(owner, now=now)
    batch(owner)
    payouts.send_due(TEN)
    return owner


@pytest.fixture
def desk():
    return UserFactory(staff=True)


def said(sina, *results: str) -> PayoutAttempt:
    """The bank's words on the last attempt, one after the other."""
    one = attempt()
    for result in results:
        tell(sina.settle(one.number, result)[-1:], now=TEN)
    one.refresh_from_db()
    return one


def paid_total(owner) -> tuple[int, int, int]:
    got = queries.earnings(owner_id=owner.pk)
    return got.payable, got.transit, got.paid_total


def test_failed_then_paid_freezes_the_payout_and_moves_nothing(sina, owner):
    one = said(sina, "failed", "success")
    assert (one.state, one.code, one.payout.conflict_at) == ("failed", "conflict", TEN)
    assert paid_total(owner) == (10_000, 0, 0)
    assert Alarm.objects.get().kind == "payout_conflict"


def test_a_frozen_payout_is_neither_retried_nor_woken_nor_sent(sina, owner, desk):
    said(sina, "failed", "success")
    bind(owner, now=at(TEN + DAY), number="6222020200004567")
    assert payouts.retry_due(TEN + DAY) == 0
    assert payouts.retry_next_due(TEN + DAY) is None
    with pytest.raises(Conflict):
        payouts.retry_now(payout=Payout.objects.get(), by=desk, now=TEN)


def test_a_new_number_that_waits_is_not_sent_while_the_old_one_is_contradictory(sina, owner):
    one = said(sina, "failed")
    bind(owner, now=at(TEN + HOUR), number="6222020200004567")
    payouts.retry_due(TEN + HOUR)
    tell(sina.settle(one.number, "success")[-1:], now=TEN + HOUR)
    assert payouts.send_due(TEN + HOUR) == 0
    assert payouts.send_next_due(TEN) is None
    assert len(sina.payouts()) == 1


def test_resolved_as_paid_the_book_pays_once_and_the_new_number_is_withdrawn(sina, owner, desk):
    one = said(sina, "failed")
    bind(owner, now=at(TEN + HOUR), number="6222020200004567")
    payouts.retry_due(TEN + HOUR)
    tell(sina.settle(one.number, "success")[-1:], now=TEN + HOUR)
    payouts.resolve(payout=one.payout, by=desk, now=TEN + 2 * HOUR)
    one.refresh_from_db()
    assert (one.state, one.payout.state, one.payout.conflict_at) == ("success", "paid", None)
    assert attempt().code == "withdrawn"
    assert paid_total(owner) == (0, 0, 10_000)
    assert Alarm.objects.get().resolved_by == desk


def test_resolved_as_not_paid_it_is_tried_again_at_once(sina, owner, desk):
    one = said(sina, "failed", "success", "failed")
    payouts.resolve(payout=one.payout, by=desk, now=TEN)
    assert (one.payout.attempts.count(), Payout.objects.get().retry_at) == (1, TEN)
    assert payouts.retry_due(TEN) == 1


def test_paid_twice_after_all_the_second_payment_is_the_platforms_loss(sina, owner, desk):
    one = said(sina, "failed")
    bind(owner, now=at(TEN + HOUR), number="6222020200004567")
    payouts.retry_due(TEN + HOUR)
    payouts.send_due(TEN + HOUR)
    tell(sina.settle(one.number, "success")[-1:], now=TEN + HOUR)
    with pytest.raises(Conflict) as refusal:
        payouts.resolve(payout=one.payout, by=desk, now=TEN + HOUR)
    assert refusal.value.code == "under_way"
    fund(20_000)
    said(sina, "success")
    payouts.resolve(payout=one.payout, by=desk, now=TEN + HOUR)
    assert balance(AccountKind.EXPENSE) == -10_000
    assert paid_total(owner) == (0, 0, 10_000)
    tell(sina.settle(one.number, "returned")[-1:], now=TEN + DAY)
    assert balance(AccountKind.EXPENSE) == 0
    assert Payout.objects.get().state == "paid"


def fund(amount: int) -> None:
    from tests.billing.book import recharge
    from tests.factories import AdvertiserFactory

    recharge(AdvertiserFactory(), amount)


def test_paid_then_failed_freezes_too_and_sinas_list_decides(sina, owner, desk):
    one = said(sina, "success", "failed")
    assert (one.state, Payout.objects.get().state) == ("success", "paid")
    payouts.resolve(payout=one.payout, by=desk, now=TEN)
    assert (attempt().state, Payout.objects.get().state) == ("returned", "failed")
    assert paid_total(owner) == (10_000, 0, 0)


def test_paid_then_failed_then_paid_again_is_simply_unfrozen(sina, owner, desk):
    one = said(sina, "success", "failed")
    sina.settle(one.number, "success", notify="never")
    payouts.resolve(payout=one.payout, by=desk, now=TEN)
    assert (Payout.objects.get().state, Payout.objects.get().conflict_at) == ("paid", None)
    assert paid_total(owner) == (0, 0, 10_000)


def test_another_amount_in_sinas_list_freezes_and_books_nothing(sina, owner, desk):
    one = said(sina)
    overwrite(PayoutAttempt.objects.all(), amount=9_999)
    sina.settle(one.number, "success", notify="never")
    assert payouts.query_due(at(TEN + MINUTE)) == 0
    assert Payout.objects.get().conflict_at == TEN + MINUTE
    assert Alarm.objects.get().kind == "payout_conflict"
    with pytest.raises(Conflict) as refusal:
        payouts.resolve(payout=one.payout, by=desk, now=TEN)
    assert refusal.value.code == "other_amount"
    overwrite(PayoutAttempt.objects.all(), amount=10_000)
    payouts.resolve(payout=one.payout, by=desk, now=TEN)
    assert paid_total(owner) == (0, 0, 10_000)


def test_without_a_final_answer_nothing_is_resolved(sina, owner, desk):
    one = said(sina, "failed", "success")
    sina.fault(QUERY_PAYOUT, "http_500")
    with pytest.raises(Conflict) as refusal:
        payouts.resolve(payout=one.payout, by=desk, now=TEN)
    assert refusal.value.code == "no_answer"
    sina.sandbox.control("reset/")
    with pytest.raises(Conflict) as refusal:
        payouts.resolve(payout=one.payout, by=desk, now=TEN)
    assert refusal.value.code == "not_final"


def test_where_nothing_is_contradictory_there_is_nothing_to_resolve(sina, owner, desk):
    with pytest.raises(Conflict):
        payouts.resolve(payout=Payout.objects.get(), by=desk, now=TEN)


def test_nobody_decides_about_their_own_money(sina, owner):
    with pytest.raises(Forbidden):
        payouts.resolve(payout=Payout.objects.get(), by=owner, now=TEN)
    with pytest.raises(Forbidden):
        payouts.retry_now(payout=Payout.objects.get(), by=owner, now=TEN)


def test_the_desk_tries_a_failed_payout_again_with_the_present_card(sina, owner, desk):
    said(sina, "failed")
    payouts.retry_now(payout=Payout.objects.get(), by=desk, now=TEN)
    assert payouts.retry_due(TEN) == 1
    with pytest.raises(Conflict):
        payouts.retry_now(payout=Payout.objects.get(), by=desk, now=TEN)


def test_the_desk_cannot_retry_without_a_card(sina, owner, desk):
    said(sina, "failed")
    owner.bank_cards.update(state="invalid")
    with pytest.raises(Conflict) as refusal:
        payouts.retry_now(payout=Payout.objects.get(), by=desk, now=TEN)
    assert refusal.value.code == "no_card"


def test_a_word_that_comes_while_a_person_decides_waits_for_that_person(sina, owner, desk):
    one = said(sina, "success", "failed", "returned")
    assert (one.state, Payout.objects.get().state) == ("success", "paid")
    payouts.resolve(payout=one.payout, by=desk, now=TEN)
    assert (attempt().state, Payout.objects.get().state, Payout.objects.get().conflict_at) == (
        "returned",
        "failed",
        None,
    )
    assert paid_total(owner) == (10_000, 0, 0)


def test_a_refusal_after_another_amount_can_still_be_resolved(sina, owner, desk):
    one = said(sina)
    overwrite(PayoutAttempt.objects.all(), amount=9_999)
    payouts.query_due(at(TEN + MINUTE))
    overwrite(PayoutAttempt.objects.all(), amount=10_000)
    tell(sina.settle(one.number, "failed"), now=TEN + HOUR)
    assert paid_total(owner) == (0, 10_000, 0)
    payouts.resolve(payout=one.payout, by=desk, now=TEN + HOUR)
    assert (Payout.objects.get().state, Payout.objects.get().conflict_at) == ("failed", None)
    assert paid_total(owner) == (10_000, 0, 0)


def test_two_contradictory_numbers_are_two_cases_and_the_freeze_stays_until_both_are_decided(sina, owner, desk):
    first = said(sina, "failed")
    bind(owner, now=at(TEN + HOUR), number="6222020200004567")
    payouts.retry_due(TEN + HOUR)
    payouts.send_due(TEN + HOUR)
    said(sina, "success", "failed")
    tell(sina.settle(first.number, "success")[-1:], now=TEN + HOUR)
    payouts.resolve(payout=Payout.objects.get(), by=desk, now=TEN + HOUR)
    assert Payout.objects.get().conflict_at is not None
    assert payouts.retry_due(TEN + 30 * DAY) == 0
    payouts.resolve(payout=Payout.objects.get(), by=desk, now=TEN + HOUR)
    assert (Payout.objects.get().state, Payout.objects.get().conflict_at) == ("paid", None)
    assert paid_total(owner) == (0, 0, 10_000)
    assert not Alarm.objects.filter(resolved_at=None).exists()
