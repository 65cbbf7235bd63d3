"""A merchant of Sina Pay written straight from sinapay.md 1 to 5, independent of our client."""

import base64
import itertools
import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from tests.sandbox_process import SandboxProcess

PARTNER = "200012345678"
_ENCRYPTED = {"real_name", "cert_no", "bank_account_no", "account_name", "phone_no"}
_SHA1 = hashes.SHA1()  # noqa: S303 - the protocol knows no other
_MGS = ("member", "real_name", "card", "balance")


def canonical(fields: dict[str, str]) -> bytes:
    """Sorted, joined, not URL-encoded; no signature fields, no empty values."""
    kept = {k: v for k, v in fields.items() if v and k not in {"sign", "sign_type", "sign_version"}}
    return "&".join(f"{key}={kept[key]}" for key in sorted(kept)).encode()


@cache
def _load(path: Path) -> Any:
    """Loading a private key checks its primes: once is enough."""
    if path.stem.endswith("private"):
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    return serialization.load_pem_public_key(path.read_bytes())


class Merchant:
    """Calls services with a signature, and checks the signature of every answer."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self.sandbox = sandbox
        self.numbers = itertools.count(1)

    def key(self, name: str) -> Any:
        """One of the six PEM files."""
        return _load(self.sandbox.keys / f"{name}.pem")

    def encrypt(self, text: str) -> str:
        """RSA PKCS#1 v1.5 in blocks of 117 bytes."""
        plain = text.encode()
        blocks = [plain[at : at + 117] for at in range(0, len(plain), 117)]
        key = self.key("sina_encrypt_public")
        return base64.b64encode(b"".join(key.encrypt(block, PKCS1v15()) for block in blocks)).decode()

    def envelope(self, service: str, **fields: str) -> dict[str, str]:
        """A signed request."""
        now = datetime.fromisoformat(self.sandbox.control("stats/")["now"])
        whole = {
            "service": service,
            "version": "1.2",
            "request_time": now.strftime("%Y%m%d%H%M%S"),
            "partner_id": PARTNER,
            "_input_charset": "utf-8",
            **{k: self.encrypt(v) if k in _ENCRYPTED else v for k, v in fields.items()},
        }
        return self.signed(whole)

    def signed(self, fields: dict[str, str]) -> dict[str, str]:
        """The fields with their signature."""
        signature = self.key("merchant_private").sign(canonical(fields), PKCS1v15(), _SHA1)
        return {**fields, "sign": base64.b64encode(signature).decode(), "sign_type": "RSA", "sign_version": "1.0"}

    def post(self, fields: dict[str, str], *, trusting: bool = True) -> dict[str, str]:
        """Send, encoded twice; the answer, decoded once and (unless not TRUSTING) its signature checked."""
        gate = (
            "mgs" if any(word in fields["service"] for word in _MGS) and "to_card" not in fields["service"] else "mas"
        )
        body = "&".join(f"{key}={quote_plus(quote_plus(value))}" for key, value in fields.items() if value)
        response = self.sandbox.http.post(
            f"/{gate}/gateway.do", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert response.status_code == 200
        answer = json.loads(unquote_plus(response.text))
        if trusting:
            self.check(answer)
        return answer

    def check(self, fields: dict[str, str]) -> None:
        """InvalidSignature unless Sina's key signed these fields."""
        signature = base64.b64decode(fields["sign"])
        self.key("sina_public").verify(signature, canonical(fields), PKCS1v15(), _SHA1)

    def call(self, service: str, **fields: str) -> dict[str, str]:
        """One service."""
        return self.post(self.envelope(service, **fields))

    def deposit(self, number: str = "RC1", amount: str = "2000.00", **more: str) -> dict[str, str]:
        """An order on the cashier for the merchant's own account."""
        fields = {
            "out_trade_no": number,
            "summary": "微任务充值 100%+",
            "identity_id": PARTNER,
            "identity_type": "MEMBER_ID",
            "account_type": "BASIC",
            "amount": amount,
            "payer_ip": "203.0.113.9",
            "pay_method": f"online_bank^{amount}^SINAPAY,DEBIT,C",
            **more,
        }
        return self.call("create_hosting_deposit", **fields)

    def fund(self, amount: str = "2000.00") -> None:
        """Money on the merchant's account."""
        number = f"F{next(self.numbers)}"
        self.deposit(number, amount)
        self.sandbox.control(f"sinapay/deposits/{number}/pay/", {"notify": "never"})

    def person(self, uid: str = "own_1", name: str = "张小满") -> dict[str, str]:
        """A member with a real name; the identity fields."""
        identity = {"identity_id": uid, "identity_type": "UID"}
        self.call("create_activate_member", **identity, member_type="1", client_ip="203.0.113.9")
        self.call(
            "set_real_name",
            **identity,
            real_name=name,
            cert_type="IC",
            cert_no="110101199003070011",
            client_ip="1.2.3.4",
        )
        return identity

    def bind(self, identity: dict[str, str], *, number: str = "6222020200112233440", **more: str) -> dict[str, str]:
        """Ask to bind a card with an SMS code."""
        fields = {
            "request_no": f"B{next(self.numbers)}",
            "bank_code": "ICBC",
            "bank_account_no": number,
            "account_name": "张小满",
            "card_type": "DEBIT",
            "card_attribute": "C",
            "phone_no": "13800138000",
            "province": "四川省",
            "city": "成都市",
            "verify_mode": "SIGN",
            "client_ip": "203.0.113.9",
            **more,
        }
        return self.call("binding_bank_card", **identity, **fields)

    def card(self, number: str = "6222020200112233440", uid: str = "own_1") -> str:
        """The card_id of a bound card of a person."""
        ticket = self.bind(self.person(uid), number=number)["ticket"]
        return self.call("binding_bank_card_advance", ticket=ticket, valid_code="123456")["card_id"]

    def pay(self, card_id: str, *, number: str = "P1", amount: str = "100.00", uid: str = "own_1") -> dict[str, str]:
        """Pay to a card."""
        return self.call(
            "create_single_hosting_pay_to_card_trade",
            out_trade_no=number,
            out_trade_code="2000",
            collect_method=f"binding_card^{uid},UID,{card_id}",
            amount=amount,
            summary="任务收入",
            payto_type="FAST",
            notify_url="",
        )

    def payout(self, number: str = "P1") -> dict[str, str]:
        """Query a payout."""
        return self.call("query_hosting_withdraw", out_trade_no=number, identity_id=PARTNER, identity_type="MEMBER_ID")

    def balance(self) -> str:
        """The merchant's balance in yuan."""
        answer = self.call("query_balance", identity_id=PARTNER, identity_type="MEMBER_ID", account_type="BASIC")
        return answer["available_balance"]
