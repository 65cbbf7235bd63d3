"""Members, cards, recharges and payouts of Sina Pay on the wire (sinapay.md 6, 7, 9, 13)."""

import httpx
import pytest

from tests.sandbox.merchant import PARTNER, Merchant
from tests.sandbox_process import SandboxProcess

MERCHANT = {"identity_id": PARTNER, "identity_type": "MEMBER_ID"}
OWNER = {"identity_id": "own_1", "identity_type": "UID"}


def _query(merchant: Merchant, number: str = "RC1") -> dict[str, str]:
    return merchant.call("query_hosting_deposit", out_trade_no=number, **MERCHANT)


def test_a_member_is_made_once(merchant: Merchant) -> None:
    fields = {**OWNER, "member_type": "1", "client_ip": "1.2.3.4"}
    assert merchant.call("create_activate_member", **fields)["response_code"] == "APPLY_SUCCESS"
    assert merchant.call("create_activate_member", **fields)["response_code"] == "DUPLICATE_IDENTITY_ID"
    assert (
        merchant.call("create_activate_member", **fields | {"member_type": "9"})["response_code"] == "ILLEGAL_ARGUMENT"
    )


def test_a_real_name_cannot_change_to_another(merchant: Merchant) -> None:
    merchant.person()
    fields = {**OWNER, "cert_type": "IC", "cert_no": "110101199003070011", "client_ip": "1.2.3.4"}
    assert merchant.call("set_real_name", **fields, real_name="张小满")["response_code"] == "APPLY_SUCCESS"
    assert merchant.call("set_real_name", **fields, real_name="李四")["response_code"] == "REALNAME_NOT_MATCHING"
    assert merchant.call("set_real_name", **fields | {"cert_no": "1"}, real_name="李四")["response_code"] == (
        "REALNAME_CONFIRM_FAILED"
    )


def test_a_card_is_bound_with_the_sms_code(merchant: Merchant) -> None:
    answer = merchant.bind(merchant.person())
    assert "card_id" not in answer
    done = merchant.call("binding_bank_card_advance", ticket=answer["ticket"], valid_code="123456")
    assert done["is_verified"] == "Y"
    row = merchant.call("query_bank_card", **OWNER)["card_list"].split("^")
    assert row[:7] == [done["card_id"], "ICBC", "622202****3440", "*小满", "DEBIT", "C", "Y"]


def test_a_ticket_is_tried_at_most_five_times(merchant: Merchant) -> None:
    ticket = merchant.bind(merchant.person())["ticket"]
    codes = [
        merchant.call("binding_bank_card_advance", ticket=ticket, valid_code=code)["response_code"]
        for code in ["000000"] * 5 + ["123456"]
    ]
    assert codes == ["ADVANCE_FAILED"] * 6


def test_a_ticket_works_once(merchant: Merchant) -> None:
    ticket = merchant.bind(merchant.person())["ticket"]
    codes = [
        merchant.call("binding_bank_card_advance", ticket=ticket, valid_code="123456")["response_code"]
        for _ in range(2)
    ]
    assert codes == ["APPLY_SUCCESS", "ADVANCE_FAILED"]


@pytest.mark.parametrize(("until", "code"), [("10:15:00", "APPLY_SUCCESS"), ("10:15:01", "ADVANCE_FAILED")])
def test_a_ticket_lives_15_minutes(sandbox: SandboxProcess, merchant: Merchant, until: str, code: str) -> None:
    ticket = merchant.bind(merchant.person())["ticket"]
    sandbox.control("tick/", {"now": f"2026-01-05T{until}+08:00"})
    answer = merchant.call("binding_bank_card_advance", ticket=ticket, valid_code="123456")
    assert answer["response_code"] == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"bank_code": "XYZ"}, "BANK_CODE_NOT_SUPPORT"),
        ({"card_type": "GOLD"}, "CARD_TYPE_NOT_SUPPORT"),
        ({"number": "12"}, "BANK_ACCOUNT_NOT_EXISTS"),
        ({"account_name": "李四"}, "USER_BANK_ACCOUNT_NOT_MATCH"),
        ({"request_no": "has space"}, "ILLEGAL_ARGUMENT"),
    ],
)
def test_a_bad_card_is_refused(merchant: Merchant, changed: dict[str, str], code: str) -> None:
    assert merchant.bind(merchant.person(), **changed)["response_code"] == code


def test_a_request_number_and_an_unknown_member_are_refused(merchant: Merchant) -> None:
    identity = merchant.person()
    merchant.bind(identity, request_no="B_same")
    assert merchant.bind(identity, request_no="B_same")["response_code"] == "DUPLICATE_REQUEST_NO"
    stranger = {"identity_id": "own_9", "identity_type": "UID"}
    assert merchant.bind(stranger)["response_code"] == "MEMBER_ID_NOT_EXIST"
    assert merchant.call("query_bank_card", **identity)["response_code"] == "NO_BANK_CARD_INFO"


def test_without_sms_a_card_is_bound_at_once_but_unverified(merchant: Merchant) -> None:
    answer = merchant.bind(merchant.person(), verify_mode="")
    assert answer["is_verified"] == "N"
    assert merchant.call("query_bank_card", **OWNER, card_id=answer["card_id"])["card_list"]


@pytest.mark.parametrize("with_code", [True, False])
def test_a_card_is_unbound(merchant: Merchant, *, with_code: bool) -> None:
    card = merchant.card()
    answer = merchant.call("unbinding_bank_card", **OWNER, card_id=card, advance_flag="Y" if with_code else "")
    if with_code:
        merchant.call("unbinding_bank_card_advance", **OWNER, ticket=answer["ticket"], valid_code="123456")
    assert merchant.call("query_bank_card", **OWNER)["response_code"] == "NO_BANK_CARD_INFO"
    assert merchant.call("unbinding_bank_card", **OWNER, card_id=card)["response_code"] == "BANK_ACCOUNT_NOT_EXISTS"


def test_the_same_card_bound_again_keeps_its_id(merchant: Merchant) -> None:
    assert merchant.card() == merchant.card()


def test_a_recharge_starts_processing_with_a_cashier(merchant: Merchant, http: httpx.Client) -> None:
    answer = merchant.deposit()
    assert (answer["out_trade_no"], answer["deposit_status"]) == ("RC1", "PROCESSING")
    page = http.get(answer["redirect_url"]).text
    assert "微任务平台" in page
    assert "¥2000.00" in page
    assert "RC1" in page


@pytest.mark.parametrize(("action", "state"), [("pay", "SUCCESS"), ("fail", "FAILED"), ("leave", "PROCESSING")])
def test_the_cashier_sends_the_browser_back(merchant: Merchant, http: httpx.Client, action: str, state: str) -> None:
    url = merchant.deposit(return_url="https://weitask.example/return/")["redirect_url"]
    answer = http.post(url, data={"action": action})
    assert answer.headers["location"] == "https://weitask.example/return/?out_trade_no=RC1"
    assert _query(merchant)["deposit_list"] == f"RC1^2000.00^{state}^20260105100000^20260105100000"


def test_without_a_return_address_the_cashier_shows_the_result(merchant: Merchant, http: httpx.Client) -> None:
    page = http.post(merchant.deposit()["redirect_url"], data={"action": "pay"})
    assert "SUCCESS" in page.text


def test_a_finished_order_cannot_be_paid_again_at_the_cashier(merchant: Merchant, http: httpx.Client) -> None:
    url = merchant.deposit()["redirect_url"]
    for action in ("pay", "fail"):
        http.post(url, data={"action": action})
    assert "^SUCCESS^" in _query(merchant)["deposit_list"]


def test_money_can_arrive_later(sandbox: SandboxProcess, merchant: Merchant, http: httpx.Client) -> None:
    http.post(merchant.deposit()["redirect_url"], data={"action": "pay_later"})
    assert merchant.balance() == "0.00"
    done = sandbox.control("tick/", {"now": "2026-01-05T10:10:00+08:00"})
    assert done["did"]["deposits_paid"] == 1
    assert merchant.balance() == "2000.00"


def test_an_unpaid_order_closes_at_its_time(sandbox: SandboxProcess, merchant: Merchant, http: httpx.Client) -> None:
    url = merchant.deposit(deposit_close_time="15m")["redirect_url"]
    tick = sandbox.control("tick/", {})
    assert tick["next_due"] == "2026-01-05T10:15:00+08:00"
    sandbox.control("tick/", {"now": tick["next_due"]})
    assert "^FAILED^" in _query(merchant)["deposit_list"]
    assert "该订单已处理" in http.get(url).text


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"number": "has space"}, "ILLEGAL_ARGUMENT"),
        ({"number": "x" * 33}, "ILLEGAL_ARGUMENT"),
        ({"amount": "20"}, "ILLEGAL_ARGUMENT"),
        ({"amount": "0.00"}, "ILLEGAL_ARGUMENT"),
        ({"pay_method": "online_bank^1.00^SINAPAY,DEBIT,C"}, "PAY_METHOD_NOT_SUPPORT"),
        ({"pay_method": "coins^2000.00"}, "PAY_METHOD_NOT_SUPPORT"),
        ({"identity_type": "EMAIL"}, "ILLEGAL_ARGUMENT"),
        ({"deposit_close_time": "1.5d"}, "ILLEGAL_ARGUMENT"),
        ({"deposit_close_time": "16d"}, "ILLEGAL_ARGUMENT"),
        ({"payer_ip": ""}, "ILLEGAL_ARGUMENT"),
    ],
)
def test_a_bad_recharge_is_refused(merchant: Merchant, changed: dict[str, str], code: str) -> None:
    assert merchant.deposit(**changed)["response_code"] == code


def test_a_number_is_used_once_for_everything(merchant: Merchant) -> None:
    merchant.deposit("N1")
    assert merchant.deposit("N1")["response_code"] == "DUPLICATE_REQUEST_NO"
    assert merchant.pay(merchant.card(), number="N1")["response_code"] == "DUPLICATE_REQUEST_NO"


def test_a_payout_draws_on_the_balance_and_not_beyond(merchant: Merchant) -> None:
    merchant.fund("100.00")
    card = merchant.card()
    assert merchant.pay(card, number="P1", amount="60.00")["withdraw_status"] == "PROCESSING"
    assert merchant.balance() == "40.00"
    assert merchant.pay(card, number="P2", amount="40.01")["response_code"] == "BLANCE_NOT_ENOUGH"
    assert merchant.pay(card, number="P3", amount="40.00")["response_code"] == "APPLY_SUCCESS"
    assert merchant.balance() == "0.00"


@pytest.mark.parametrize(
    ("digit", "after", "later", "left"),
    [
        ("0", "SUCCESS", "SUCCESS", "1900.00"),
        ("1", "FAILED", "FAILED", "2000.00"),
        ("2", "SUCCESS", "RETURNT_TICKET", "2000.00"),
        ("3", "PROCESSING", "PROCESSING", "1900.00"),
    ],
)
def test_the_last_digit_of_the_card_decides(
    sandbox: SandboxProcess, merchant: Merchant, digit: str, after: str, later: str, left: str
) -> None:
    merchant.fund()
    merchant.pay(merchant.card(f"622202020011223344{digit}"))
    states = []
    for moment in ("10:01:00", "12:01:00"):
        sandbox.control("tick/", {"now": f"2026-01-05T{moment}+08:00"})
        states.append(merchant.payout()["withdraw_list"].split("^")[2])
    assert states == [after, later]
    assert merchant.balance() == left


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"collect_method": "binding_card^own_1,UID,999999"}, "BANK_ACCOUNT_NOT_EXISTS"),
        ({"collect_method": "balance^own_1"}, "ILLEGAL_ARGUMENT"),
        ({"out_trade_code": "1000"}, "ILLEGAL_ARGUMENT"),
        ({"summary": ""}, "ILLEGAL_ARGUMENT"),
    ],
)
def test_a_bad_payout_is_refused(merchant: Merchant, fields: dict[str, str], code: str) -> None:
    good = {
        "out_trade_no": "P1",
        "out_trade_code": "2000",
        "collect_method": f"binding_card^own_1,UID,{merchant.card()}",
        "amount": "1.00",
        "summary": "任务收入",
    }
    assert merchant.call("create_single_hosting_pay_to_card_trade", **good | fields)["response_code"] == code


def test_another_persons_card_cannot_be_paid(merchant: Merchant) -> None:
    merchant.fund()
    card = merchant.card()
    merchant.person("own_2")
    assert merchant.pay(card, uid="own_2")["response_code"] == "BANK_ACCOUNT_NOT_EXISTS"


@pytest.mark.parametrize("identity", [MERCHANT, OWNER])
def test_a_withdrawal_draws_on_the_merchants_account(merchant: Merchant, identity: dict[str, str]) -> None:
    merchant.fund()
    fields = {"out_trade_no": "W1", "amount": "500.00", "card_id": merchant.card(), "user_ip": "1.2.3.4"}
    answer = merchant.call("create_hosting_withdraw", **identity, **fields)
    assert answer["withdraw_status"] == "PROCESSING"
    assert merchant.balance() == "1500.00"
    assert merchant.call("query_hosting_withdraw", out_trade_no="W1", **identity)["total_item"] == "1"


def test_a_deposit_of_a_person_is_not_the_merchants(sandbox: SandboxProcess, merchant: Merchant) -> None:
    merchant.deposit("U1", identity_id="adv_1", identity_type="UID")
    sandbox.control("sinapay/deposits/U1/pay/", {"notify": "never"})
    assert merchant.balance() == "0.00"
    own = merchant.call("query_balance", identity_id="adv_1", identity_type="UID", account_type="BASIC")
    assert own["balance"] == "2000.00"


def test_someone_elses_merchant_account_is_not_shown(merchant: Merchant) -> None:
    answer = merchant.call("query_balance", identity_id="1", identity_type="MEMBER_ID", account_type="BASIC")
    assert answer["response_code"] == "MEMBER_ID_NOT_EXIST"


def test_an_unknown_order_is_an_empty_list_or_a_code(sandbox: SandboxProcess, merchant: Merchant) -> None:
    answer = merchant.payout("NONE")
    assert answer["total_item"] == "0"
    assert "withdraw_list" not in answer
    sandbox.control("settings/", {"absent_order_code": "ORDER_NOT_EXIST"})
    assert merchant.payout("NONE")["response_code"] == "ORDER_NOT_EXIST"
    assert _query(merchant, "NONE")["response_code"] == "ORDER_NOT_EXIST"


def test_orders_of_a_day_come_in_pages(sandbox: SandboxProcess, merchant: Merchant) -> None:
    for number in range(5):
        merchant.deposit(f"RC{number}")
    span = {"start_time": "20260105000000", "end_time": "20260105235959", "page_size": "2"}
    pages = [merchant.call("query_hosting_deposit", **MERCHANT, **span, page_no=str(n)) for n in (1, 2, 3, 4)]
    rows = [row.split("^")[0] for page in pages for row in page.get("deposit_list", "").split("|") if row]
    assert rows == ["RC0", "RC1", "RC2", "RC3", "RC4"]
    assert pages[0]["total_item"] == "5"
    assert "deposit_list" not in pages[3]


@pytest.mark.parametrize(
    "changed",
    [
        {"end_time": "20260301000000"},
        {"end_time": "20251231000000"},
        {"page_no": "0"},
        {"page_size": "x"},
        {"start_time": ""},
    ],
)
def test_a_bad_query_is_refused(merchant: Merchant, changed: dict[str, str]) -> None:
    span = {"start_time": "20260105000000", "end_time": "20260105235959"} | changed
    assert merchant.call("query_hosting_withdraw", **MERCHANT, **span)["response_code"] == "ILLEGAL_ARGUMENT"
