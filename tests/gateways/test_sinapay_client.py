"""The Sina Pay client over loopback: what it signs and sends, and how every kind of answer ends."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.gateways.loopback import hang_up, raw, silence
from tests.gateways.sina_side import encoded
from weitask.gateways.breaker import BreakerLimits
from weitask.gateways.errors import GatewayError, PermanentError, TemporaryError, UnknownError
from weitask.gateways.sinapay import CardDetails, SinaPayClient

CARD = CardDetails(
    bank_code="CMB",
    number="6214850200000005",
    name="张三",
    cert_no="510104199001011234",
    phone="13800138000",
    province="四川",
    city="成都",
)
START = datetime(2026, 11, 1, tzinfo=UTC)


def pay_out(pay, **changes):
    fields = {"number": "PO1", "uid": "own_7", "card_id": "c1", "amount_fen": 12345, "summary": "微任务收入"}
    return pay.pay_to_card(**fields | changes)


def deposit(pay):
    return pay.deposit(number="RC1", amount_fen=200000, summary="充值 100%+", payer_ip="203.0.113.9")


def test_a_deposit_is_signed_and_says_where_the_cashier_is(server, pay, sina):
    server.script(
        sina.answer(out_trade_no="RC1", deposit_status="PROCESSING", redirect_url="https://pay.example/?a=1&b=2")
    )
    started = deposit(pay)
    sent = sina.open(server.received[0])

    assert (started.state, started.cashier_url) == ("PROCESSING", "https://pay.example/?a=1&b=2")
    assert server.received[0].path == "/mas/gateway.do"
    assert (sent["service"], sent["version"], sent["summary"]) == ("create_hosting_deposit", "1.2", "充值 100%+")
    assert (sent["identity_id"], sent["identity_type"]) == ("200012345678", "MEMBER_ID")
    assert (sent["amount"], sent["pay_method"]) == ("2000.00", "online_bank^2000.00^SINAPAY,DEBIT,C")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/relative", "https://"])
def test_the_browser_is_never_sent_to_something_that_is_no_web_address(server, pay, sina, address):
    server.script(sina.answer(redirect_url=address))

    with pytest.raises(UnknownError):
        deposit(pay)


def test_a_request_is_dated_in_beijing_by_the_business_clock(server, pay_config, sina):
    server.script(sina.answer(balance="0.00"))
    with SinaPayClient(replace(pay_config, now=lambda: datetime(2026, 1, 5, 2, 0, tzinfo=UTC))) as pay:
        pay.balance()

    assert sina.open(server.received[0])["request_time"] == "20260105100000"
    assert server.received[0].headers["x-weitask-now"] == "2026-01-05T02:00:00+00:00"


def test_a_pinned_client_dates_and_stamps_its_moment_and_asks_no_clock(server, pay_config, sina):
    def ask_the_database() -> datetime:
        raise AssertionError("a thread asked for the time")

    server.script(sina.answer(balance="0.00"))
    with SinaPayClient(replace(pay_config, now=ask_the_database)) as pay:
        pay.pinned(now=datetime(2026, 1, 5, 2, 0, tzinfo=UTC)).balance()

    assert sina.open(server.received[0])["request_time"] == "20260105100000"
    assert server.received[0].headers["x-weitask-now"] == "2026-01-05T02:00:00+00:00"


def test_where_no_business_time_is_sent_pinning_sends_none(server, pay, sina):
    server.script(sina.answer(balance="0.00"))
    pay.pinned(now=START).balance()

    assert "x-weitask-now" not in server.received[0].headers


def test_a_payout_names_the_card_and_the_amount(server, pay, sina):
    server.script(sina.answer(out_trade_no="PO1", withdraw_status="PROCESSING"))

    assert pay_out(pay) == "PROCESSING"
    sent = sina.open(server.received[0])
    assert sent["collect_method"] == "binding_card^own_7,UID,c1"
    assert (sent["out_trade_code"], sent["amount"], sent["payto_type"]) == ("2000", "123.45", "FAST")


def test_an_accepted_payout_without_a_state_is_under_way(server, pay, sina):
    server.script(sina.answer(), sina.answer("BIZ_PENDING"))

    assert pay_out(pay) == "PROCESSING"
    assert pay_out(pay) == "PROCESSING"


LOST = [
    (hang_up, "connection"),
    (raw(b"<h1>", status=500), "http_500"),
    (raw(b"<html><form/></html>"), "bad_json"),
    (raw(b""), "bad_json"),
    (raw(b"%7B%22response_code%22%3A"), "bad_json"),
]


@pytest.mark.parametrize(("act", "code"), LOST)
def test_a_payout_whose_answer_is_lost_is_unknown_and_sent_once(server, pay, act, code):
    server.script(act)

    with pytest.raises(UnknownError) as caught:
        pay_out(pay)

    assert caught.value.code == code
    assert len(server.received) == 1


@pytest.mark.parametrize(("act", "code"), LOST)
def test_a_query_whose_answer_is_lost_may_be_asked_again(server, pay, act, code):
    server.script(act)

    with pytest.raises(TemporaryError) as caught:
        pay.query_payout(number="PO1")

    assert caught.value.code == code


def test_a_server_that_never_answers_leaves_a_payout_unknown_and_a_query_open(server, hasty_pay):
    server.script(silence)

    with pytest.raises(UnknownError, match="timeout"):
        pay_out(hasty_pay)
    with pytest.raises(TemporaryError, match="timeout"):
        hasty_pay.query_payout(number="PO1")


def test_a_refused_connection_leaves_a_payout_unsent(pay_config):
    with (
        SinaPayClient(replace(pay_config, mas_url="http://127.0.0.1:1/mas/gateway.do")) as pay,
        pytest.raises(TemporaryError),
    ):
        pay_out(pay)


def forgeries(sina):
    good = sina.fields(out_trade_no="PO1", withdraw_status="FAILED")
    return {
        "unsigned": {name: value for name, value in good.items() if name != "sign"},
        "changed": good | {"withdraw_status": "SUCCESS"},
        "added": good | {"card_id": "c2"},
        "other type": good | {"sign_type": "MD5"},
        "unsigned refusal": {"response_code": "ILLEGAL_SIGN", "response_message": "验签失败"},
    }


@pytest.mark.parametrize("name", ["unsigned", "changed", "added", "other type", "unsigned refusal"])
def test_an_answer_sina_did_not_sign_moves_nothing(server, pay, sina, name):
    server.script(encoded(forgeries(sina)[name]))

    with pytest.raises(UnknownError) as caught:
        pay_out(pay)

    assert caught.value.code == "bad_signature"


@pytest.mark.parametrize("other", [{"out_trade_no": "PO2"}, {"partner_id": "200099999999"}])
def test_a_true_answer_to_another_question_is_no_answer(server, pay, sina, other):
    server.script(sina.answer(**{"out_trade_no": "PO1", "withdraw_status": "SUCCESS"} | other))

    with pytest.raises(UnknownError):
        pay_out(pay)


def test_a_state_we_do_not_know_is_unknown(server, pay, sina):
    server.script(sina.answer(withdraw_status="DONE_I_THINK"))

    with pytest.raises(UnknownError):
        pay_out(pay)


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        ("SYSTEM_ERROR", UnknownError, "network"),
        ("OTHER_ERROR", UnknownError, "network"),
        ("NEVER_HEARD_OF", UnknownError, "network"),
        ("DUPLICATE_REQUEST_NO", UnknownError, ""),
        ("DUPLICATE_OUT_TRADE_NO", UnknownError, ""),
        ("PAYMENT_DUPLIDATE", UnknownError, ""),
        ("FORBIDDEN_REPEAT_REQUEST", UnknownError, "rate"),
        ("REQUEST_EXPIRED", TemporaryError, "rate"),
        ("BLANCE_NOT_ENOUGH", PermanentError, "fund"),
        ("NO_BANK_CARD_INFO", PermanentError, "card"),
        ("BANK_CARD_NOT_EFFECT", PermanentError, "card"),
        ("ADVANCE_FAILED", PermanentError, "data"),
        ("PAY_FAILED", PermanentError, ""),
        ("ILLEGAL_SIGN", PermanentError, "app"),
        ("MEMBER_NOT_EXIST", PermanentError, "app"),
        ("ORDER_NOT_EXIST", PermanentError, "target"),
    ],
)
def test_what_a_signed_refusal_of_a_payout_means(server, pay, sina, code, kind, cause):
    server.script(sina.answer(code))

    with pytest.raises(kind) as caught:
        pay_out(pay)

    assert (type(caught.value), caught.value.code, caught.value.cause) == (kind, code, cause)


@pytest.mark.parametrize("number", ["", "a" * 33, "PO-1", "PO^1", "单1"])
def test_a_number_sinas_lists_could_not_hold_is_a_mistake_of_ours(server, pay, number):
    with pytest.raises(ValueError, match="letters"):
        pay_out(pay, number=number)
    assert server.received == []


def test_a_refund_goes_to_the_card_of_the_advertiser(server, pay, sina):
    server.script(sina.answer(withdraw_status="PROCESSING"))

    assert pay.withdraw(number="RF1", uid="adv_3", card_id="c9", amount_fen=500, summary="退款") == "PROCESSING"
    sent = sina.open(server.received[0])
    assert (sent["service"], sent["card_id"], sent["amount"]) == ("create_hosting_withdraw", "c9", "5.00")


def test_personal_data_travels_encrypted(server, pay, sina):
    server.script(sina.answer(ticket="t1"))

    assert pay.bind_card(uid="own_7", card=CARD, request_no="BC1", client_ip="203.0.113.9") == "t1"
    sent = sina.open(server.received[0])
    assert server.received[0].path == "/mgs/gateway.do"
    assert sina.decrypt(sent["bank_account_no"]) == CARD.number
    assert [sina.decrypt(sent[name]) for name in ("account_name", "cert_no", "phone_no")] == [
        CARD.name,
        CARD.cert_no,
        CARD.phone,
    ]
    assert (sent["verify_mode"], sent["card_type"], sent["card_attribute"]) == ("SIGN", "DEBIT", "C")


def test_a_card_never_shows():
    shown = repr(CARD)

    assert "CMB" in shown
    for secret in (CARD.number, CARD.name, CARD.cert_no, CARD.phone):
        assert secret not in shown


def test_a_card_is_confirmed_with_the_texted_code(server, pay, sina):
    server.script(sina.answer(card_id="c1", is_verified="Y"), sina.answer())

    assert pay.confirm_card(ticket="t1", code="123456", client_ip="203.0.113.9") == "c1"
    with pytest.raises(UnknownError):
        pay.confirm_card(ticket="t1", code="123456", client_ip="203.0.113.9")


def test_a_card_is_unbound_in_two_steps(server, pay, sina):
    server.script(sina.answer(ticket="t2"), sina.answer())
    ticket = pay.unbind_card(uid="own_7", card_id="c1", client_ip="203.0.113.9")
    pay.confirm_unbind(uid="own_7", ticket=ticket, code="123456", client_ip="203.0.113.9")

    first, second = (sina.open(request) for request in server.received)
    assert (first["advance_flag"], second["ticket"]) == ("Y", "t2")


def test_bound_cards_are_listed(server, pay, sina):
    row = "c1^CMB^6214****0005^张*^DEBIT^C^Y^20261120100301^N"
    server.script(sina.answer(card_list=row), sina.answer("NO_BANK_CARD_INFO"), sina.answer(card_list="c1^CMB"))

    assert [(card.card_id, card.masked_number) for card in pay.cards(uid="own_7")] == [("c1", "6214****0005")]
    assert pay.cards(uid="own_7") == []
    with pytest.raises(TemporaryError):
        pay.cards(uid="own_7")


def test_cards_may_be_refused(server, pay, sina):
    server.script(sina.answer("MEMBER_NOT_EXIST"))

    with pytest.raises(PermanentError):
        pay.cards(uid="own_7")


def test_a_member_or_name_that_exists_already_is_fine(server, pay, sina):
    server.script(sina.answer("DUPLICATE_IDENTITY_ID"), sina.answer("DUPLICATE_VERIFY"), sina.answer())
    pay.create_member(uid="own_7", company=False, client_ip="203.0.113.9")
    pay.set_real_name(uid="own_7", name="张三", cert_no="510104199001011234", client_ip="203.0.113.9")
    pay.create_member(uid="adv_3", company=True, client_ip="203.0.113.9")

    sent = [sina.open(request) for request in server.received]
    assert (sent[0]["member_type"], sent[2]["member_type"]) == ("1", "2")
    assert sina.decrypt(sent[1]["real_name"]) == "张三"


def test_a_name_that_does_not_match_is_for_the_person_to_mend(server, pay, sina):
    server.script(sina.answer("REALNAME_NOT_MATCHING"))

    with pytest.raises(PermanentError) as caught:
        pay.set_real_name(uid="own_7", name="李四", cert_no="1", client_ip="203.0.113.9")

    assert caught.value.cause == "data"


def test_no_key_shows_in_a_config(pay_config):
    assert "KEY" not in repr(pay_config)


def test_a_storm_opens_the_breaker_and_refusals_do_not(server, pay_config, sina):
    storm = [raw(b"<h1>", status=502), sina.answer("SYSTEM_ERROR"), raw(b"?")]
    server.script(*[sina.answer("ILLEGAL_ARGUMENT")] * 3, *storm, sina.answer(balance="1.00"))
    with SinaPayClient(replace(pay_config, breaker=BreakerLimits(failures=3, seconds=60))) as pay:
        for _ in range(7):
            with pytest.raises(GatewayError) as caught:
                pay.balance()

    assert caught.value.code == "breaker"
    assert len(server.received) == 6
