"""One obligation, many attempts, paid once (F30–F32, R128, R132, R133, A33)."""

import pytest

from accounts.models import Notice
from billing import ledger, payouts, queries
from billing.models import AccountKind, BankCard, Payout, PayoutAttempt, Reason, Transfer
from billing.payouts import Line
from billing.payouts.moves import Moved, move
from tests.billing.book import earn, overwrite
from tests.billing.sina import PAY, QUERY_PAYOUT, at, bind, tell
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import DAY, FRIDAY, HOUR, MINUTE
from weitask.models import Alarm

pytestmark = pytest.mark.django_db
TEN = FRIDAY + 10 * MINUTE


@pytest.fixture
def owner(sina, now):
    """An owner with a good card and 100.00 in Friday's batch."""
    sina.opening(1_000_000)
    owner = UserFactory()
    bind(owner, now=now)
    batch(owner)
    return owner


def batch(owner, amount: int = 10_000, order: int = 1) -> None:
    earn(AdvertiserFactory(), owner, {order: amount})
    run = payouts.open_run(cutoff=FRIDAY, now=at(TEN))
    payouts.add(run=run, lines=[Line(order, owner.pk, amount)], now=TEN)


def attempt() -> PayoutAttempt:
    return PayoutAttempt.objects.select_related("payout").latest("pk")


def money(owner) -> tuple[int, int, int]:
    """Payable, in transit, paid."""
    got = queries.earnings(owner_id=owner.pk)
    return got.payable, got.transit, got.paid_total


def test_a_payout_is_sent_under_its_own_number(sina, owner):
    assert payouts.send_due(TEN) == 1
    (sent,) = sina.payouts()
    assert (sent["out_trade_no"], sent["amount_fen"]) == (attempt().number, 10_000)
    assert attempt().state == "sent"
    assert payouts.send_due(TEN) == 0


def test_the_notification_makes_it_paid(sina, owner):
    payouts.send_due(TEN)
    assert tell(sina.settle(attempt().number, "success"), now=TEN) == ["success"]
    assert (attempt().state, attempt().payout.state, attempt().payout.paid_at) == ("success", "paid", TEN)
    assert money(owner) == (0, 0, 10_000)
    assert Notice.objects.get(kind="payout_paid").user == owner


def test_a_lost_notification_is_made_up_for_by_the_query(sina, owner):
    payouts.send_due(TEN)
    sina.settle(attempt().number, "success", notify="never")
    assert payouts.query_next_due(TEN) == TEN + MINUTE
    assert payouts.query_due(at(TEN + MINUTE)) == 1
    assert money(owner) == (0, 0, 10_000)
    assert payouts.query_next_due(TEN) is None


def test_success_in_the_answer_to_the_call_is_not_paid_yet(sina, owner, monkeypatch):
    monkeypatch.setattr("weitask.gateways.sinapay.SinaPayClient.pay_to_card", lambda *_, **__: "SUCCESS")
    payouts.send_due(TEN)
    assert (attempt().state, attempt().payout.state) == ("sent", "pending")
    assert money(owner) == (0, 10_000, 0)


@pytest.mark.parametrize("kind", ["timeout_after", "bad_json", "unsigned", "drop"])
def test_an_answer_that_was_lost_is_asked_for_and_paid_once(sina, owner, kind):
    sina.fault(PAY, kind)
    payouts.send_due(TEN)
    assert attempt().state == "unknown"
    assert payouts.send_due(at(TEN + HOUR)) == 0
    sina.settle(attempt().number, "success", notify="never")
    payouts.query_due(at(TEN + HOUR))
    assert money(owner) == (0, 0, 10_000)
    assert len(sina.payouts()) == 1


def test_a_number_sina_does_not_know_is_sent_again_as_it_is_after_30_minutes(sina, owner):
    sina.fault(PAY, "timeout_before")
    payouts.send_due(TEN)
    number = attempt().number
    assert payouts.query_due(at(TEN + 29 * MINUTE)) == 0
    assert (attempt().state, sina.payouts()) == ("unknown", [])
    assert payouts.query_next_due(TEN) == TEN + 30 * MINUTE
    assert payouts.query_due(at(TEN + 30 * MINUTE)) == 1
    assert payouts.send_next_due(TEN) == TEN + 30 * MINUTE
    assert payouts.send_due(TEN + 30 * MINUTE) == 1
    assert PayoutAttempt.objects.count() == 1
    assert [one["out_trade_no"] for one in sina.payouts()] == [number]


def test_an_absence_heard_of_before_the_number_was_sent_again_changes_nothing(sina, owner, monkeypatch):
    sina.fault(PAY, "timeout_before")
    payouts.send_due(TEN)
    later = TEN + 30 * MINUTE

    def slow_answer(due, *, now):
        PayoutAttempt.objects.update(sent_at=later)  # another look asked meanwhile, and it went out again
        return [(one, None) for one in due]

    monkeypatch.setattr("billing.payouts.asking._questions", slow_answer)
    assert payouts.query_due(at(later)) == 0
    assert attempt().state == "unknown"


def test_a_call_that_never_left_the_house_is_made_again_with_the_same_number(sina, owner, settings):
    url, settings.SINAPAY_MAS_URL = settings.SINAPAY_MAS_URL, "http://127.0.0.1:9/mas/gateway.do"
    payouts.send_due(TEN)
    assert (attempt().state, attempt().sent_at, attempt().next_at) == ("new", None, TEN + MINUTE)
    settings.SINAPAY_MAS_URL = url
    assert payouts.send_due(at(TEN + MINUTE)) == 1
    assert attempt().state == "sent"


def test_a_doubled_number_is_not_sent_again_but_looked_up(sina, owner):
    payouts.send_due(TEN)
    PayoutAttempt.objects.update(state="new", next_at=TEN)
    payouts.send_due(TEN)
    assert attempt().state == "unknown"
    assert len(sina.payouts()) == 1


def test_a_process_that_dies_after_the_claim_leaves_a_number_to_be_asked_about(sina, owner, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("billing.payouts.sending._calls", killed)
    with pytest.raises(KeyboardInterrupt):
        payouts.send_due(TEN)
    assert (attempt().state, attempt().next_at) == ("unknown", TEN + MINUTE)


def test_an_answer_that_is_slower_than_the_notification_changes_nothing(sina, owner, monkeypatch):
    pay = "weitask.gateways.sinapay.SinaPayClient.pay_to_card"

    def overtaken(*_, number, **__):
        return "PROCESSING"

    monkeypatch.setattr(pay, overtaken)
    record = payouts.sending._record

    def late(one, result, *, now):
        payouts.answer(number=one.number, state="SUCCESS", now=now)
        record(one, result, now=now)

    monkeypatch.setattr("billing.payouts.sending._record", late)
    payouts.send_due(TEN)
    assert (attempt().state, attempt().payout.state) == ("success", "paid")


def test_refused_by_the_bank_the_money_is_owed_again_and_waits_for_a_card(sina, owner):
    payouts.send_due(TEN)
    tell(sina.settle(attempt().number, "failed"), now=TEN)
    assert (attempt().state, attempt().payout.state, attempt().payout.retry_at) == ("failed", "failed", None)
    assert money(owner) == (10_000, 0, 0)
    assert Notice.objects.get(kind="payout_failed").urgent
    assert payouts.retry_due(TEN + 30 * DAY) == 0


def test_a_new_card_brings_a_new_attempt_of_the_same_payout_at_once(sina, owner):
    payouts.send_due(TEN)
    tell(sina.settle(attempt().number, "failed"), now=TEN)
    old = attempt().number
    fixed = bind(owner, now=at(TEN + DAY), number="6222020200004567")
    assert payouts.retry_next_due(TEN) == TEN + DAY
    assert payouts.retry_due(TEN + DAY) == 1
    assert (attempt().card, attempt().number == old) == (fixed, False)
    assert Payout.objects.get().state == "pending"
    payouts.send_due(TEN + DAY)
    tell(sina.settle(attempt().number, "success"), now=TEN + DAY)
    assert money(owner) == (0, 0, 10_000)


def test_a_fixed_card_is_tried_daily(sina, owner):
    payouts.send_due(TEN)
    tell(sina.settle(attempt().number, "failed"), now=TEN)
    bind(owner, now=at(TEN + DAY), number="6222020200004567")
    payouts.retry_due(TEN + DAY)
    payouts.send_due(TEN + DAY)
    tell(sina.settle(attempt().number, "failed"), now=TEN + DAY)
    assert payouts.retry_next_due(TEN + DAY) == TEN + 2 * DAY
    assert payouts.retry_due(TEN + 2 * DAY - MINUTE) == 0
    assert payouts.retry_due(TEN + 2 * DAY) == 1


def test_without_a_card_on_friday_the_money_waits_for_one(sina, now):
    owner = UserFactory()
    sina.opening(1_000_000)
    batch(owner)
    assert payouts.retry_due(TEN) == 0
    bind(owner, now=at(TEN + 3 * DAY))
    assert payouts.retry_due(TEN + 3 * DAY) == 1
    assert Payout.objects.get().card_fixed_at == TEN + 3 * DAY


def test_a_card_bound_while_the_batch_was_made_is_not_overlooked(sina, now):
    owner = UserFactory()
    batch(owner)
    bind(owner, now=now)
    Payout.objects.update(retry_at=None, card_fixed_at=None)
    assert payouts.retry_next_due(TEN) == TEN
    assert payouts.retry_due(TEN) == 1


def test_a_retry_without_a_card_waits_for_one(sina, now):
    owner = UserFactory()
    batch(owner)
    Payout.objects.update(retry_at=TEN)
    assert payouts.retry_due(TEN) == 0
    assert (Payout.objects.get().retry_at, payouts.retry_next_due(TEN)) == (None, None)


def test_a_retry_that_the_book_cannot_cover_is_set_aside_with_an_alarm(sina, owner):
    payouts.send_due(TEN)
    tell(sina.settle(attempt().number, "failed"), now=TEN)
    overwrite(Payout.objects.all(), retry_at=TEN, amount=10_001)
    assert payouts.retry_due(TEN) == 0
    assert Payout.objects.get().retry_at == TEN + DAY
    assert Alarm.objects.get().kind == "payout_unbooked"


def test_a_returned_payment_reopens_the_payout_and_the_liability(sina, owner):
    payouts.send_due(TEN)
    tell(sina.settle(attempt().number, "success"), now=TEN)
    tell(sina.settle(attempt().number, "returned")[1:], now=TEN + 3 * HOUR)
    assert (attempt().state, attempt().payout.state, attempt().payout.paid_at) == ("returned", "failed", None)
    assert money(owner) == (10_000, 0, 0)


def test_a_return_that_overtakes_the_success_pays_nothing(sina, owner):
    payouts.send_due(TEN)
    success = sina.settle(attempt().number, "success")
    returned = sina.settle(attempt().number, "returned")[1:]
    assert tell(returned + success, now=TEN) == ["success", "success"]
    assert (attempt().state, attempt().payout.state) == ("returned", "failed")
    assert money(owner) == (10_000, 0, 0)
    assert not Transfer.objects.filter(reason="paid").exists()


def test_processing_and_copies_change_nothing(sina, owner):
    payouts.send_due(TEN)
    number = attempt().number
    assert payouts.answer(number=number, state="PROCESSING", now=TEN) == "nothing"
    assert payouts.answer(number=number, state="SUCCESS", now=TEN) == "paid"
    assert payouts.answer(number=number, state="SUCCESS", now=TEN) == "nothing"
    assert payouts.answer(number="PO404", state="SUCCESS", now=TEN) == "unknown"
    assert money(owner) == (0, 0, 10_000)


def test_what_the_book_cannot_cover_stays_open_with_an_alarm(sina, owner):
    payouts.send_due(TEN)
    transit = ledger.account_ids(kind=AccountKind.TRANSIT, owner_ids=[owner.pk])[owner.pk]
    lost = ledger.NewTransfer(Reason.REVERSAL, 1, transit, ledger.platform(AccountKind.CASH), 10_000)
    ledger.post([lost], at=TEN)
    assert tell(sina.settle(attempt().number, "success"), now=TEN) == ["success"]
    assert (attempt().state, Alarm.objects.get().kind) == ("sent", "payout_unbooked")


def test_a_card_sina_does_not_know_is_invalid_and_the_owner_told(sina, owner):
    sina.fault(PAY, "error_code", error_code="BANK_ACCOUNT_NOT_EXISTS")
    payouts.send_due(TEN)
    assert (attempt().state, attempt().payout.problem) == ("failed", "银行卡设置不正确")
    assert BankCard.objects.get().state == "invalid"
    assert money(owner) == (10_000, 0, 0)


@pytest.mark.parametrize("code", ["BLANCE_NOT_ENOUGH", "ILLEGAL_SIGN"])
def test_what_is_our_own_fault_waits_with_an_alarm_and_the_owner_hears_nothing(sina, owner, code):
    sina.fault(PAY, "error_code", error_code=code)
    payouts.send_due(TEN)
    assert (attempt().state, attempt().next_at) == ("new", TEN + 10 * MINUTE)
    assert Alarm.objects.get().key == code
    assert not Notice.objects.filter(kind="payout_failed").exists()
    payouts.send_due(at(TEN + 10 * MINUTE))
    assert attempt().state == "sent"


def test_a_final_refusal_without_a_known_cause_fails_the_payout_and_calls_a_person(sina, owner):
    sina.fault(PAY, "error_code", error_code="BIZ_CHECK_EXCEPTION")
    payouts.send_due(TEN)
    assert (attempt().state, attempt().payout.problem) == ("failed", "付款被拒绝")
    assert BankCard.objects.get().state == "bound"
    assert Alarm.objects.get().kind == "payout_refused"


def test_an_unanswered_question_is_asked_again_in_a_minute(sina, owner):
    payouts.send_due(TEN)
    sina.fault(QUERY_PAYOUT, "http_500")
    assert payouts.query_due(TEN + MINUTE) == 0
    assert attempt().next_at == TEN + 2 * MINUTE
    sina.fault(QUERY_PAYOUT, "error_code", error_code="ILLEGAL_SIGN")
    payouts.query_due(TEN + 2 * MINUTE)
    assert Alarm.objects.get().kind == "payout_query"


def test_a_number_is_asked_about_for_as_long_as_its_fate_is_open(sina, owner):
    payouts.send_due(TEN)
    asked = []
    while len(asked) < 60:
        due = payouts.query_next_due(TEN)
        asked.append(due - TEN)
        payouts.query_due(at(due))
    assert asked[:5] == [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR]
    assert asked[-1] > 2 * DAY
    assert attempt().payout.state == "pending"


def test_a_payout_that_moved_meanwhile_is_not_moved_again(sina, owner):
    payout = Payout.objects.get()
    with pytest.raises(Moved):
        move(payout_id=payout.pk, old=Payout.State.FAILED, new=Payout.State.PENDING)
    payout.refresh_from_db()
    assert payout.state == "pending"


def test_one_broken_row_does_not_stall_the_others(sina, owner, monkeypatch):
    batch(UserFactory(), order=2)
    bind(second := UserFactory(), now=TEN)
    earn(AdvertiserFactory(), second, {3: 500})
    payouts.add(run=payouts.open_run(cutoff=FRIDAY, now=TEN), lines=[Line(3, second.pk, 500)], now=TEN)
    payouts.send_due(TEN)
    for one in sina.payouts():
        sina.settle(one["out_trade_no"], "success", notify="never")
    answer = payouts.outcomes.answer

    def breaking(*, number, state, now):
        if number == PayoutAttempt.objects.get(payout__owner=owner).number:
            raise ZeroDivisionError
        return answer(number=number, state=state, now=now)

    monkeypatch.setattr("billing.payouts.outcomes.answer", breaking)
    assert payouts.query_due(TEN + MINUTE) == 1
    assert sorted(PayoutAttempt.objects.values_list("state", flat=True)) == ["sent", "success"]


def test_a_look_at_a_slow_bank_ends_before_its_own_numbers_look_lost(sina, owner, monkeypatch):
    for order in range(2, 12):
        bind(other := UserFactory(), now=TEN)
        batch(other, order=order)
    monkeypatch.setattr("billing.payouts.sending.LOOK_FOR", 0)
    assert payouts.send_due(TEN) == 8
    assert payouts.send_due(TEN) == 3
    assert len(sina.payouts()) == 11
