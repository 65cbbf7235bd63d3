"""Envelope, signature, encryption and encoding of Sina Pay on the wire (sinapay.md 1 to 5)."""

import base64
import json
from urllib.parse import quote_plus, unquote_plus

import httpx
import pytest

from tests.sandbox.merchant import PARTNER, Merchant
from tests.sandbox_process import SandboxProcess

BALANCE = {"identity_id": PARTNER, "identity_type": "MEMBER_ID", "account_type": "BASIC"}


def test_an_answer_is_url_encoded_json_of_strings(http: httpx.Client, merchant: Merchant) -> None:
    fields = merchant.envelope("query_balance", **BALANCE, memo="备注 100%+")
    body = "&".join(f"{key}={quote_plus(quote_plus(value))}" for key, value in fields.items())
    response = http.post("/mgs/gateway.do", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert response.headers["content-type"] == "text/html;charset=UTF-8"
    answer = json.loads(unquote_plus(response.text))
    assert all(isinstance(value, str) for value in answer.values())
    assert (answer["response_code"], answer["memo"]) == ("APPLY_SUCCESS", "备注 100%+")
    assert answer["response_time"] == "20260105100000"


def test_a_value_encoded_once_loses_its_signature(http: httpx.Client, merchant: Merchant) -> None:
    fields = merchant.envelope("query_balance", **BALANCE, memo="a+b")
    answer = json.loads(unquote_plus(http.post("/mgs/gateway.do", data=fields).text))
    assert answer["response_code"] == "ILLEGAL_SIGN"


def test_a_changed_field_breaks_the_signature(merchant: Merchant) -> None:
    fields = merchant.envelope("query_balance", **BALANCE)
    assert merchant.post({**fields, "account_type": "ENSURE"})["response_code"] == "ILLEGAL_SIGN"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"sign": "not base64"}, "ILLEGAL_SIGN"),
        ({"sign_type": "MD5"}, "ILLEGAL_SIGN_TYPE"),
        ({"partner_id": "200099999999"}, "PARTNER_ID_NOT_EXIST"),
        ({"_input_charset": "gbk"}, "ILLEGAL_ARGUMENT"),
        ({"version": ""}, "ILLEGAL_ARGUMENT"),
        ({"service": "create_everything"}, "ILLEGAL_SERVICE"),
        ({"request_time": "tomorrow"}, "ILLEGAL_ARGUMENT"),
        ({"request_time": "20260105094459"}, "REQUEST_EXPIRED"),
        ({"request_time": "20260105094500"}, "APPLY_SUCCESS"),
    ],
)
def test_the_envelope_is_checked(merchant: Merchant, changed: dict[str, str], code: str) -> None:
    fields = merchant.envelope("query_balance", **BALANCE) | changed
    if not changed.keys() & {"sign", "sign_type"}:
        fields = merchant.signed({k: v for k, v in fields.items() if not k.startswith("sign")})
    if changed.get("service"):
        fields["service"] = "create_everything"
    assert merchant.post(fields)["response_code"] == code


def test_a_service_answers_at_its_own_gateway_only(http: httpx.Client, merchant: Merchant) -> None:
    fields = merchant.envelope("query_balance", **BALANCE)
    body = "&".join(f"{key}={quote_plus(quote_plus(value))}" for key, value in fields.items())
    answer = http.post("/mas/gateway.do", content=body)
    assert json.loads(unquote_plus(answer.text))["response_code"] == "ILLEGAL_SERVICE"


def test_get_duplicates_and_raw_bytes_are_refused(http: httpx.Client) -> None:
    def code(response: httpx.Response) -> str:
        return json.loads(unquote_plus(response.text))["response_code"]

    assert code(http.get("/mgs/gateway.do")) == "REQUEST_METHOD_NOT_VALIDATE"
    assert code(http.post("/mgs/gateway.do", content=b"a=1&a=2")) == "ILLEGAL_ARGUMENT"
    assert code(http.post("/mgs/gateway.do", content="a=中".encode())) == "ILLEGAL_ARGUMENT"


def test_an_undecipherable_field_is_illegal_decrypt(merchant: Merchant) -> None:
    identity = {"identity_id": "own_1", "identity_type": "UID"}
    merchant.call("create_activate_member", **identity, member_type="1", client_ip="1.2.3.4")
    garbage = [base64.b64encode(b"\1" * 128).decode(), base64.b64encode(b"short").decode(), "张三", ""]
    codes = []
    for value in garbage:
        fields = merchant.envelope(
            "set_real_name", **identity, cert_type="IC", cert_no="110101199003070011", client_ip="1.2.3.4"
        )
        unsigned = {k: v for k, v in fields.items() if not k.startswith("sign")}
        codes.append(merchant.post(merchant.signed({**unsigned, "real_name": value}))["response_code"])
    assert codes == ["ILLEGAL_DECRYPT"] * 3 + ["ILLEGAL_ARGUMENT"]


def test_a_long_text_is_encrypted_in_blocks(merchant: Merchant) -> None:
    name = "长" * 60  # 180 bytes: two blocks
    merchant.person("own_1", name)
    answer = merchant.bind({"identity_id": "own_1", "identity_type": "UID"}, account_name=name)
    assert answer["response_code"] == "APPLY_SUCCESS"


def test_refusals_can_come_unsigned(sandbox: SandboxProcess, http: httpx.Client) -> None:
    sandbox.control("settings/", {"unsigned_errors": True})
    answer = json.loads(unquote_plus(http.get("/mgs/gateway.do").text))
    assert "sign" not in answer
