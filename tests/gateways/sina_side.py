"""Sina's side of the wire for tests: signing with Sina's key, opening what was encrypted for Sina."""

import base64
import json
from pathlib import Path
from urllib.parse import parse_qs, quote_plus, unquote_plus

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding

from tests.gateways.loopback import Received, raw
from weitask.gateways import sinapay_wire as wire

PARTNER = "200012345678"


class SinaSide:
    """Holds the private halves that only Sina has."""

    def __init__(self, keys: Path) -> None:
        self.signing = wire.private_key((keys / "sina_private.pem").read_text())
        self.merchant = wire.public_key((keys / "merchant_public.pem").read_text())
        pem = (keys / "sina_encrypt_private.pem").read_bytes()
        self.secrecy = serialization.load_pem_private_key(pem, password=None)

    def signed(self, fields: dict[str, str]) -> dict[str, str]:
        """FIELDS with Sina's signature."""
        return fields | {"sign": wire.sign(fields, self.signing), "sign_type": "RSA", "sign_version": "1.0"}

    def fields(self, code: str = "APPLY_SUCCESS", **fields: str) -> dict[str, str]:
        """The signed fields of an answer."""
        envelope = {
            "response_code": code,
            "response_message": "提交成功 100%+",
            "response_time": "20261120100302",
            "partner_id": PARTNER,
            "_input_charset": "utf-8",
        }
        return self.signed(envelope | fields)

    def answer(self, code: str = "APPLY_SUCCESS", **fields: str) -> bytes:
        """A whole signed answer."""
        return encoded(self.fields(code, **fields))

    def notice(self, **fields: str) -> bytes:
        """The body of a signed notification."""
        known = {
            "notify_type": "deposit_status_sync",
            "notify_id": "202611200131219561",
            "notify_time": "20261120100512",
            "_input_charset": "utf-8",
            "version": "1.2",
            "outer_trade_no": "RC2026112000000017",
            "inner_trade_no": "1015",
            "deposit_status": "SUCCESS",
            "deposit_amount": "2000.00",
        }
        return form(self.signed(known | fields))

    def open(self, request: Received) -> dict[str, str]:
        """The fields of a request, decoded twice; the signature must be the merchant's."""
        once = parse_qs(request.body.decode(), strict_parsing=True)
        fields = {name: unquote_plus(values[0]) for name, values in once.items()}
        assert wire.is_signed(fields, self.merchant)
        return fields

    def decrypt(self, value: str) -> str:
        """What was encrypted for Sina."""
        content, size = base64.b64decode(value), 128
        blocks = [content[at : at + size] for at in range(0, len(content), size)]
        return b"".join(self.secrecy.decrypt(block, padding.PKCS1v15()) for block in blocks).decode()


def encoded(fields: dict[str, str]) -> bytes:
    """An answer as it travels: URL-encoded JSON."""
    return raw(quote_plus(json.dumps(fields)).encode())


def form(fields: dict[str, str]) -> bytes:
    """A form body, encoded once."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields.items()).encode()
