"""The Sina Pay client against the sandbox: both were built from the protocol sheet, neither from the other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.gateways.loopback import Loopback, eventually, raw
from tests.sandbox_process import SandboxProcess
from weitask.gateways.breaker import BreakerLimits
from weitask.gateways.errors import PermanentError, TemporaryError, UnknownError
from weitask.gateways.sinapay import (
    CardDetails,
    ForgedNotification,
    SinaPayClient,
    SinaPayConfig,
    parse_notification,
)

START = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
IP = "203.0.113.9"


class Moment:
    """A business clock moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def pay(sandbox: SandboxProcess, moment: Moment, server: Loopback) -> Iterator[SinaPayClient]:
    """A client whose notifications arrive at the scripted server, which says `success`."""
    server.script(raw(b"success"))
    sandbox.control("tick/", {"now": START.isoformat()})
    config = replace(
        SinaPayConfig.from_settings(),
        now=moment,
        timeout=10.0,
        notify_url=f"{server.url}/api/v1/payments/sinapay/notify/",
        return_url=f"{server.url}/recharge/return/",
        breaker=BreakerLimits(failures=0),
    )
    with SinaPayClient(config) as client:
        yield client


def card(ending: str = "5") -> CardDetails:
    return CardDetails(
        bank_code="CMB",
        number=f"621485020000000{ending}",
        name="张三",
        cert_no="510104199001011234",
        phone="13800138000",
        province="四川",
        city="成都",
    )


def bound(pay: SinaPayClient, ending: str = "5", uid: str = "own_7") -> str:
    """A person with a bound card; the card_id."""
    pay.create_member(uid=uid, company=False, client_ip=IP)
    pay.set_real_name(uid=uid, name="张三", cert_no="510104199001011234", client_ip=IP)
    ticket = pay.bind_card(uid=uid, card=card(ending), request_no=f"BC{ending}", client_ip=IP)
    return pay.confirm_card(ticket=ticket, code="123456", client_ip=IP)


def funded(pay: SinaPayClient, sandbox: SandboxProcess, fen: int = 200000) -> None:
    """A merchant account with money on it."""
    pay.deposit(number="RC1", amount_fen=fen, summary="微任务充值 100%+", payer_ip=IP)
    sandbox.control("sinapay/deposits/RC1/pay/", {"notify": "never"})


def pay_out(pay: SinaPayClient, card_id: str, *, number: str = "PO1", fen: int = 12345) -> str:
    return pay.pay_to_card(number=number, uid="own_7", card_id=card_id, amount_fen=fen, summary="微任务收入")


def state(pay: SinaPayClient, number: str = "PO1") -> str | None:
    found = pay.query_payout(number=number)
    return found.state if found else None


def test_a_recharge_goes_from_the_cashier_to_a_signed_notification(pay, sandbox, server, moment):
    started = pay.deposit(number="RC1", amount_fen=200000, summary="微任务充值 100%+", payer_ip=IP)
    assert started.state == "PROCESSING"
    assert pay.query_deposit(number="RC1").state == "PROCESSING"
    assert "2000.00" in httpx.get(started.cashier_url, trust_env=False).text
    back = httpx.post(started.cashier_url, data={"action": "pay"}, trust_env=False)

    assert back.headers["Location"].startswith(f"{server.url}/recharge/return/")
    note = parse_notification(fields_body=server.received[-1].body, config=pay.config)
    assert (note.kind, note.number, note.state, note.amount_fen) == ("deposit_status_sync", "RC1", "SUCCESS", 200000)
    found = pay.query_deposit(number="RC1")
    assert (found.state, found.amount_fen, found.created_at) == ("SUCCESS", 200000, START)
    assert pay.balance() == 200000


def test_a_notification_is_repeated_until_it_is_taken(pay, sandbox, server, moment):
    server.script(raw(b"fail"), raw(b"success"))
    pay.deposit(number="RC1", amount_fen=100, summary="充值", payer_ip=IP)
    sandbox.control("sinapay/deposits/RC1/pay/", {"notify": "once"})
    for minutes in (2, 30, 60):
        sandbox.control("tick/", {"now": (START + timedelta(minutes=minutes)).isoformat()})

    notes = [parse_notification(fields_body=request.body, config=pay.config) for request in server.received]
    assert len(notes) == 2
    assert len({note.notify_id for note in notes}) == 1


FORGERIES = ["forged", "altered", "unsigned", "other_partner", "other_sign_type", "duplicated"]


@pytest.mark.parametrize("mode", FORGERIES)
def test_a_forged_notification_is_refused(pay, sandbox, server, mode):
    pay.deposit(number="RC1", amount_fen=100, summary="充值", payer_ip=IP)
    sandbox.control("sinapay/deposits/RC1/pay/", {"notify": mode})

    with pytest.raises(ForgedNotification):
        parse_notification(fields_body=server.received[-1].body, config=pay.config)


def test_a_true_notification_of_another_amount_is_read_as_it_is(pay, sandbox, server):
    pay.deposit(number="RC1", amount_fen=100, summary="充值", payer_ip=IP)
    sandbox.control("sinapay/deposits/RC1/pay/", {"notify": "wrong_amount"})

    assert parse_notification(fields_body=server.received[-1].body, config=pay.config).amount_fen == 200


def test_a_number_is_used_once_for_deposits_and_payouts_alike(pay, sandbox):
    card_id = bound(pay)
    funded(pay, sandbox)
    with pytest.raises(UnknownError) as caught:
        pay.deposit(number="RC1", amount_fen=100, summary="充值", payer_ip=IP)
    assert caught.value.code == "DUPLICATE_REQUEST_NO"

    pay_out(pay, card_id)
    with pytest.raises(UnknownError):
        pay_out(pay, card_id)
    assert pay.balance() == 200000 - 12345


def test_a_person_may_be_made_known_twice(pay):
    for _ in range(2):
        pay.create_member(uid="own_7", company=False, client_ip=IP)
        pay.set_real_name(uid="own_7", name="张三", cert_no="510104199001011234", client_ip=IP)

    with pytest.raises(PermanentError) as caught:
        pay.set_real_name(uid="own_7", name="李四", cert_no="510104199001011234", client_ip=IP)
    assert caught.value.cause == "data"


def test_a_wrong_code_can_be_mended_five_times(pay):
    pay.create_member(uid="own_7", company=False, client_ip=IP)
    pay.set_real_name(uid="own_7", name="张三", cert_no="510104199001011234", client_ip=IP)
    ticket = pay.bind_card(uid="own_7", card=card(), request_no="BC1", client_ip=IP)
    with pytest.raises(PermanentError) as caught:
        pay.confirm_card(ticket=ticket, code="000000", client_ip=IP)

    assert (caught.value.code, caught.value.cause) == ("ADVANCE_FAILED", "data")
    assert pay.confirm_card(ticket=ticket, code="123456", client_ip=IP)


def test_a_bound_card_is_listed_masked_and_can_be_unbound(pay):
    card_id = bound(pay)
    [found] = pay.cards(uid="own_7")
    assert (found.card_id, found.bank_code, found.created_at) == (card_id, "CMB", START)
    assert "*" in found.masked_number

    ticket = pay.unbind_card(uid="own_7", card_id=card_id, client_ip=IP)
    pay.confirm_unbind(uid="own_7", ticket=ticket, code="123456", client_ip=IP)
    assert pay.cards(uid="own_7") == []


def test_a_card_of_another_name_is_the_persons_to_mend(pay):
    pay.create_member(uid="own_7", company=False, client_ip=IP)
    pay.set_real_name(uid="own_7", name="张三", cert_no="510104199001011234", client_ip=IP)

    with pytest.raises(PermanentError) as caught:
        pay.bind_card(uid="own_7", card=replace(card(), name="李四"), request_no="BC1", client_ip=IP)

    assert caught.value.cause == "card"


@pytest.mark.parametrize(
    ("ending", "states"),
    [
        ("5", ["PROCESSING", "SUCCESS", "SUCCESS"]),
        ("1", ["PROCESSING", "FAILED", "FAILED"]),
        ("2", ["PROCESSING", "SUCCESS", "RETURNT_TICKET"]),
        ("3", ["PROCESSING", "PROCESSING", "PROCESSING"]),
    ],
)
def test_every_end_of_a_payout_is_told_by_query_and_notification(pay, sandbox, server, moment, ending, states):
    card_id = bound(pay, ending)
    funded(pay, sandbox)
    seen = [pay_out(pay, card_id)]
    for hours in (1, 12):
        moment.now = START + timedelta(hours=hours)
        sandbox.control("tick/", {"now": moment.now.isoformat()})
        seen.append(state(pay))

    assert seen == states
    notes = [parse_notification(fields_body=request.body, config=pay.config) for request in server.received]
    told = [note.state for note in notes if note.number == "PO1"]
    assert told == list(dict.fromkeys(seen))[1:]
    assert all(note.amount_fen == 12345 for note in notes)


def test_nothing_is_paid_beyond_the_balance(pay, sandbox):
    card_id = bound(pay)
    funded(pay, sandbox, fen=12344)

    with pytest.raises(PermanentError) as caught:
        pay_out(pay, card_id)

    assert (caught.value.code, caught.value.cause) == ("BLANCE_NOT_ENOUGH", "fund")
    assert state(pay) is None


def test_a_card_nobody_knows_is_a_card_problem(pay, sandbox):
    funded(pay, sandbox)

    with pytest.raises(PermanentError) as caught:
        pay_out(pay, "999999")

    assert caught.value.cause == "card"


def test_a_refund_draws_on_the_same_account_and_is_found_the_same_way(pay, sandbox):
    card_id = bound(pay, uid="adv_3")
    funded(pay, sandbox)

    assert pay.withdraw(number="RF1", uid="adv_3", card_id=card_id, amount_fen=500, summary="退款") == "PROCESSING"
    assert state(pay, "RF1") == "PROCESSING"
    assert pay.balance() == 199500


@pytest.mark.parametrize("code", ["", "ORDER_NOT_EXIST", "ILLEGAL_OUTER_TRADE_NO"])
def test_an_unknown_number_is_absent_however_sina_says_it(pay, sandbox, code):
    sandbox.control("settings/", {"absent_order_code": code})

    assert pay.query_payout(number="PO404") is None
    assert pay.query_deposit(number="RC404") is None


FAULTS = [
    ({"kind": "http_500"}, "http_500", False),
    ({"kind": "timeout_before", "seconds": 0}, "connection", False),
    ({"kind": "timeout_after", "seconds": 0}, "connection", True),
    ({"kind": "slow", "seconds": 3}, "timeout", True),
    ({"kind": "bad_json"}, "bad_json", True),
    ({"kind": "refuse"}, "connection", False),
    ({"kind": "drop"}, "connection", True),
    ({"kind": "bad_sign"}, "bad_signature", True),
    ({"kind": "unsigned"}, "bad_signature", True),
    ({"kind": "error_code", "error_code": "SYSTEM_ERROR"}, "SYSTEM_ERROR", False),
    ({"kind": "error_code", "error_code": "SYSTEM_ERROR", "after": True}, "SYSTEM_ERROR", True),
]


@pytest.mark.parametrize(("fault", "code", "done"), FAULTS)
def test_every_fault_around_a_payout_is_unknown_and_a_query_knows(pay, sandbox, fault, code, done):
    card_id = bound(pay)
    funded(pay, sandbox)
    target = "create_single_hosting_pay_to_card_trade"
    sandbox.control("faults/", {"target": target, "times": 1} | fault)

    patience = 0.5 if code == "timeout" else 10.0
    with SinaPayClient(replace(pay.config, timeout=patience)) as sender, pytest.raises(UnknownError) as caught:
        pay_out(sender, card_id)

    assert caught.value.code == code
    sandbox.control("faults/", method="DELETE")
    eventually(lambda: state(pay) == ("PROCESSING" if done else None))


@pytest.mark.parametrize(("fault", "code", "done"), [*FAULTS[:3], *FAULTS[4:]])
def test_the_same_faults_around_a_query_may_be_asked_again(pay, sandbox, fault, code, done):
    sandbox.control("faults/", {"target": "query_hosting_deposit", "times": 1} | fault)

    with pytest.raises(TemporaryError) as caught:
        pay.query_deposit(number="RC1")

    assert caught.value.code == code
    assert pay.query_deposit(number="RC1") is None


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        ("REQUEST_EXPIRED", TemporaryError, "rate"),
        ("BIZ_CHECK_EXCEPTION", PermanentError, ""),
        ("BANK_CARD_NOT_EFFECT", PermanentError, "card"),
        ("ILLEGAL_IP_OR_DOMAIN", PermanentError, "app"),
    ],
)
def test_a_forced_refusal_falls_into_its_family(pay, sandbox, code, kind, cause):
    card_id = bound(pay)
    funded(pay, sandbox)
    target = "create_single_hosting_pay_to_card_trade"
    sandbox.control("faults/", {"target": target, "kind": "error_code", "error_code": code, "times": 1})

    with pytest.raises(kind) as caught:
        pay_out(pay, card_id)

    assert (type(caught.value), caught.value.code, caught.value.cause) == (kind, code, cause)


def test_an_unsigned_refusal_is_not_believed(pay, sandbox):
    card_id = bound(pay)
    sandbox.control("settings/", {"unsigned_errors": True})

    with pytest.raises(UnknownError) as caught:
        pay_out(pay, card_id)

    assert caught.value.code == "bad_signature"
    assert "BLANCE_NOT_ENOUGH" in caught.value.message


def test_a_request_from_a_clock_that_lags_is_refused_and_not_done(pay, sandbox, moment):
    sandbox.control("tick/", {"now": (START + timedelta(minutes=16)).isoformat()})

    with pytest.raises(TemporaryError) as caught:
        pay.deposit(number="RC1", amount_fen=100, summary="充值", payer_ip=IP)

    assert caught.value.code == "REQUEST_EXPIRED"


def test_a_strangers_key_is_refused(pay, sandbox_keys):
    stranger = (sandbox_keys / "sina_private.pem").read_text()
    with (
        SinaPayClient(replace(pay.config, sign_private_key_pem=stranger)) as forger,
        pytest.raises(PermanentError) as caught,
    ):
        forger.balance()

    assert (caught.value.code, caught.value.cause) == ("ILLEGAL_SIGN", "app")


def test_the_whole_book_is_listed_over_pages_and_months(pay, moment, monkeypatch):
    monkeypatch.setattr("weitask.gateways.sinapay.calls._PAGE_SIZE", 4)
    for n in range(9):
        pay.deposit(number=f"RC{n}", amount_fen=100 + n, summary="充值", payer_ip=IP)
    moment.now = START + timedelta(days=40)
    pay.deposit(number="RC_late", amount_fen=1, summary="充值", payer_ip=IP)

    found = pay.list_deposits(start=START, end=moment.now + timedelta(seconds=1))
    assert len(found) == 10
    assert sum(trade.amount_fen for trade in found) == sum(range(100, 109)) + 1
    assert pay.list_payouts(start=START, end=moment.now) == []
