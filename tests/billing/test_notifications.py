"""Notifications: believed when signed, done once, answered after the commit (F22–F26, sinapay.md 8)."""

import pytest

from billing import topups
from billing.models import AccountKind, PaymentNotice, SuspenseItem, TopUp, Transfer
from billing.notifications import receive
from tests.billing.book import balance
from tests.billing.sina import QUERY_DEPOSIT, tell
from tests.factories import AdvertiserFactory
from tests.moments import DAY
from weitask.gateways.sinapay import ForgedNotification, SinaPayClient, Trade
from weitask.models import Alarm

pytestmark = pytest.mark.django_db


@pytest.fixture
def topup(sina, now) -> TopUp:
    return topups.start(advertiser=AdvertiserFactory(), amount=200_000, payer_ip="203.0.113.9", now=now)


def credited(topup: TopUp) -> int:
    return balance(AccountKind.AVAILABLE, advertiser=topup.advertiser)


def test_ten_copies_credit_once(sina, topup, now):
    (body,) = sina.pay(topup.number)
    assert tell([body] * 10, now=now) == ["success"] * 10
    assert credited(topup) == 200_000
    assert PaymentNotice.objects.get().outcome == "done"


def test_a_true_notice_replayed_after_30_days_does_nothing(sina, topup, now):
    (body,) = sina.pay(topup.number)
    tell([body], now=now)
    assert tell([body], now=now + 30 * DAY) == ["success"]
    assert Transfer.objects.count() == 1


FORGED = ["forged", "altered", "unsigned", "other_partner", "other_sign_type", "duplicated"]


@pytest.mark.parametrize("mode", FORGED)
def test_a_forged_notice_does_nothing(sina, topup, now, mode):
    (body,) = sina.pay(topup.number, notify=mode)
    with pytest.raises(ForgedNotification):
        receive(body=body, now=now)
    assert credited(topup) == 0
    assert not PaymentNotice.objects.exists()


def test_failed_then_paid_ends_paid_as_sinas_list_says(sina, topup, now):
    failed, paid = sina.refuse(topup.number), sina.pay(topup.number)[1:]
    assert tell(failed + paid, now=now) == ["success"] * 2
    assert credited(topup) == 200_000


def test_a_late_failed_after_paid_takes_nothing_back(sina, topup, now):
    failed = sina.refuse(topup.number)
    paid = sina.pay(topup.number)[1:]
    tell(paid + failed, now=now)
    assert credited(topup) == 200_000
    assert not Alarm.objects.exists()


def test_a_contradiction_that_cannot_be_looked_up_must_come_again(sina, topup, now):
    tell(sina.refuse(topup.number), now=now)
    paid = sina.pay(topup.number)[1:]
    sina.fault(QUERY_DEPOSIT, "http_500")
    assert tell(paid, now=now) == ["fail"]
    assert tell(paid, now=now) == ["success"]
    assert credited(topup) == 200_000


@pytest.mark.parametrize("answer", [None, "PROCESSING"])
def test_a_payment_that_sinas_list_does_not_show_yet_must_come_again(sina, topup, now, monkeypatch, answer):
    tell(sina.refuse(topup.number), now=now)
    paid = sina.pay(topup.number)[1:]
    trade = answer and Trade(topup.number, topup.amount, answer, now, now)
    monkeypatch.setattr("weitask.gateways.sinapay.SinaPayClient.query_deposit", lambda *_, **__: trade)
    assert tell(paid, now=now) == ["fail"]
    assert Alarm.objects.get().kind == "topup_conflict"
    monkeypatch.undo()
    assert tell(paid, now=now) == ["success"]
    assert credited(topup) == 200_000


def test_another_amount_than_ordered_is_not_credited_but_lies_in_suspense(sina, topup, now):
    assert tell(sina.pay(topup.number, notify="wrong_amount"), now=now) == ["success"]
    assert credited(topup) == 0
    assert balance(AccountKind.SUSPENSE) == 200_000 == sina.balance()
    assert SuspenseItem.objects.get().number == topup.number
    assert Alarm.objects.get().kind == "suspense"


def test_money_in_suspense_is_not_credited_by_a_later_query_either(sina, topup, now):
    tell(sina.pay(topup.number, notify="wrong_amount"), now=now)
    topups.settle(number=topup.number, now=now)
    assert credited(topup) == 0
    assert balance(AccountKind.SUSPENSE) == 200_000
    assert TopUp.objects.get().state == "closed"


def test_money_for_an_order_we_do_not_know_lies_in_suspense_with_sinas_amount(sina, topup, now):
    bodies = sina.pay(topup.number)
    TopUp.objects.all().delete()
    assert tell(bodies, now=now) == ["success"]
    assert balance(AccountKind.SUSPENSE) == 200_000
    assert SuspenseItem.objects.get().confirmed_at == now


def test_a_wrong_amount_for_what_is_credited_already_only_raises_an_alarm(sina, topup, now):
    bodies = sina.pay(topup.number, notify="wrong_amount")
    topups.settle(number=topup.number, now=now)
    tell(bodies, now=now)
    assert credited(topup) == 200_000
    assert balance(AccountKind.SUSPENSE) == 0
    assert Alarm.objects.get().kind == "topup_conflict"


def test_money_credited_while_a_wrong_notice_is_looked_up_is_not_in_suspense_as_well(sina, topup, now, monkeypatch):
    bodies = sina.pay(topup.number, notify="wrong_amount")
    query = SinaPayClient.query_deposit

    def sweep_was_faster(client, *, number):
        trade = query(client, number=number)
        topups.believe(number=number, trade=trade, now=now)
        return trade

    monkeypatch.setattr(SinaPayClient, "query_deposit", sweep_was_faster)
    assert tell(bodies, now=now) == ["success"]
    assert credited(topup) == 200_000
    assert not SuspenseItem.objects.exists()
    assert Alarm.objects.get().kind == "topup_conflict"


def test_a_misplaced_notice_that_cannot_be_looked_up_must_come_again(sina, topup, now):
    bodies = sina.pay(topup.number, notify="wrong_amount")
    sina.fault(QUERY_DEPOSIT, "http_500")
    assert tell(bodies, now=now) == ["fail"]
    assert not SuspenseItem.objects.exists()


def signed(sandbox_keys, **fields: str) -> bytes:
    """A notification of any content that Sina did sign."""
    from urllib.parse import urlencode

    from weitask.gateways import sinapay_wire as wire

    key = wire.private_key((sandbox_keys / "sina_private.pem").read_text())
    whole = {"notify_id": "n1", "_input_charset": "utf-8", "version": "1.2", "partner_id": "200012345678", **fields}
    return urlencode({**whole, "sign": wire.sign(whole, key), "sign_type": "RSA", "sign_version": "1.0"}).encode()


def deposit_notice(sandbox_keys, **fields: str) -> bytes:
    shape = {"notify_type": "deposit_status_sync", "deposit_status": "SUCCESS", "deposit_amount": "2000.00"}
    return signed(sandbox_keys, **{**shape, **fields})


def test_what_sinas_list_does_not_confirm_is_a_claim_without_a_booking(sina, sandbox_keys, now):
    assert receive(body=deposit_notice(sandbox_keys, outer_trade_no="RC404"), now=now) == "success"
    item = SuspenseItem.objects.get()
    assert (item.amount, item.confirmed_at) == (200_000, None)
    assert not Transfer.objects.exists()
    assert Alarm.objects.get().key == "RC404"


@pytest.mark.parametrize("number", ["", "a^b", "x" * 60])
def test_a_number_that_was_never_ours_is_a_claim_too(sina, sandbox_keys, now, number):
    assert receive(body=deposit_notice(sandbox_keys, outer_trade_no=number), now=now) == "success"
    assert SuspenseItem.objects.get().number == number[:32]


def test_a_failed_payment_of_an_unknown_order_is_only_looked_at(sina, sandbox_keys, now):
    body = deposit_notice(sandbox_keys, outer_trade_no="RC404", deposit_status="FAILED")
    assert receive(body=body, now=now) == "success"
    assert not SuspenseItem.objects.exists()
    assert Alarm.objects.get().kind == "topup_conflict"


def test_processing_never_overwrites_anything(sina, topup, sandbox_keys, now):
    body = deposit_notice(sandbox_keys, outer_trade_no=topup.number, deposit_status="PROCESSING")
    assert receive(body=body, now=now) == "success"
    assert TopUp.objects.get().state == "pending"


def test_a_misplaced_notice_told_twice_at_once_is_one_claim(sina, topup, now, monkeypatch):
    bodies = sina.pay(topup.number, notify="wrong_amount")
    monkeypatch.setattr("billing.notifications._known", lambda _notice: False)
    assert tell(bodies * 2, now=now) == ["success"] * 2
    assert balance(AccountKind.SUSPENSE) == 200_000


def test_a_misplaced_payout_notice_told_twice_at_once_is_one_alarm(sina, sandbox_keys, now, monkeypatch):
    fields = {"outer_trade_no": "PO404", "withdraw_status": "SUCCESS", "withdraw_amount": "1.00"}
    body = signed(sandbox_keys, notify_type="withdraw_status_sync", **fields)
    monkeypatch.setattr("billing.notifications._known", lambda _notice: False)
    assert tell([body] * 2, now=now) == ["success"] * 2
    assert Alarm.objects.count() == 1


def test_kinds_we_do_not_need_are_kept_and_answered(sina, sandbox_keys, now):
    assert receive(body=signed(sandbox_keys, notify_type="mig_change_card"), now=now) == "success"
    assert PaymentNotice.objects.get().outcome == "ignored"


def test_a_payout_notice_with_a_number_we_never_gave_moves_nothing_and_calls_a_person(sina, sandbox_keys, now):
    fields = {"outer_trade_no": "PO404", "withdraw_status": "SUCCESS", "withdraw_amount": "1.00"}
    body = signed(sandbox_keys, notify_type="withdraw_status_sync", **fields)
    assert receive(body=body, now=now) == "success"
    assert Alarm.objects.get().kind == "payout_conflict"
    assert not Transfer.objects.exists()
