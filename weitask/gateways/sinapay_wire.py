"""Sina Pay's wire format: canonical string, signature, field encryption, double URL encoding (sinapay.md 1 to 5).

Pure functions over texts and keys. Amounts are fen outside and decimal yuan on the wire; times are aware outside
and `yyyyMMddHHmmss` Beijing time on the wire.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote_plus, unquote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from weitask import money
from weitask.gateways import reading
from weitask.gateways.reading import Malformed
from weitask.periods import SHANGHAI

UNSIGNED = frozenset({"sign", "sign_type", "sign_version"})
ENCRYPTED = frozenset(
    {
        "real_name",
        "cert_no",
        "verify_entity",
        "bank_account_no",
        "account_name",
        "phone_no",
        "validity_period",
        "verification_value",
        "telephone",
        "email",
        "organization_no",
        "legal_person",
        "legal_person_phone",
        "agent_name",
        "license_no",
        "agent_mobile",
    }
)
_PADDING_BYTES = 11  # PKCS#1 v1.5: a 1024-bit key takes blocks of 117 bytes
_TIME_FORMAT = "%Y%m%d%H%M%S"
_TIME = re.compile(r"[0-9]{14}")
_AMOUNT = re.compile(r"[0-9]{1,11}\.[0-9]{2}")
_HASH = hashes.SHA1()  # noqa: S303 - SHA1withRSA is what the gateway speaks; no other is documented (section 3)


def private_key(pem: str) -> rsa.RSAPrivateKey:
    """A private key from PEM text. `ValueError` when it is none."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA private key")
    return key


def public_key(pem: str) -> rsa.RSAPublicKey:
    """A public key from PEM text. `ValueError` when it is none."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA public key")
    return key


def canonical(fields: Mapping[str, str]) -> str:
    """The text that is signed: non-empty fields by name, trimmed, not URL-encoded, without the three sign fields."""
    kept = {name: value.strip() for name, value in fields.items() if name not in UNSIGNED}
    return "&".join(f"{name}={kept[name]}" for name in sorted(kept) if kept[name])


def sign(fields: Mapping[str, str], key: rsa.RSAPrivateKey) -> str:
    """The RSA signature of `fields`, base64."""
    signature = key.sign(canonical(fields).encode(), padding.PKCS1v15(), _HASH)
    return base64.b64encode(signature).decode()


def is_signed(fields: Mapping[str, str], key: rsa.RSAPublicKey) -> bool:
    """Whether `fields` carries a true RSA signature by the owner of `key`."""
    if fields.get("sign_type", "").strip() != "RSA":
        return False
    try:
        signature = base64.b64decode(fields.get("sign", "").strip(), validate=True)
        key.verify(signature, canonical(fields).encode(), padding.PKCS1v15(), _HASH)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def encrypt(value: str, key: rsa.RSAPublicKey) -> str:
    """A sensitive value for Sina's eyes only: RSA PKCS#1 v1.5 in blocks, base64 (section 4)."""
    content = value.strip().encode()
    size = key.key_size // 8 - _PADDING_BYTES
    blocks = [key.encrypt(content[at : at + size], padding.PKCS1v15()) for at in range(0, len(content), size)]
    return base64.b64encode(b"".join(blocks)).decode()


def encode_body(fields: Mapping[str, str]) -> bytes:
    """The POST body: every value URL-encoded twice, empty ones left out (section 1)."""
    pairs = (f"{name}={quote_plus(quote_plus(value.strip()))}" for name, value in fields.items() if value.strip())
    return "&".join(pairs).encode("ascii")


def decode_answer(body: bytes) -> dict[str, str]:
    """An answer: URL-encoded JSON, flat, all values text. Raises `Malformed` for anything else."""
    try:
        document = unquote_plus(body.decode("utf-8"), errors="strict")
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    fields = reading.as_object(reading.parse_json(document.encode("utf-8", "replace"), unique_keys=True))
    return {name: reading.text(fields, name) for name in fields}


def amount(fen: int) -> str:
    """Fen → `"1200.00"`. Only positive amounts travel."""
    if fen <= 0:
        raise ValueError("an amount must be positive")
    return money.yuan(fen)


def fen(text: str) -> int:
    """`"1200.00"` → fen; two places always, never a sign (section 2)."""
    if not _AMOUNT.fullmatch(text):
        raise Malformed("not an amount")
    return money.fen(text)


def beijing(moment: datetime) -> str:
    """An aware moment as the gateway writes it."""
    return moment.astimezone(SHANGHAI).strftime(_TIME_FORMAT)


def moment(text: str) -> datetime:
    """The gateway's time as aware UTC."""
    if not _TIME.fullmatch(text):
        raise Malformed("not a time")
    try:
        return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except ValueError:
        raise Malformed("not a time") from None
