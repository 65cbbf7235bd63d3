"""Canonical string, signatures and decryption (sinapay.md 3, 4), independent of the client's code."""

import base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from weitask.sandbox import keys
from weitask.sandbox.sinapay.errors import SinaPayError

_UNSIGNED = {"sign", "sign_type", "sign_version"}
_SHORTEST_PADDING = 8
_SHA1 = hashes.SHA1()  # noqa: S303 - the protocol knows no other (sinapay.md 3)


def canonical(fields: Mapping[str, str]) -> bytes:
    """`k1=v1&k2=v2` sorted by key, without signature fields and empty values, not URL-encoded."""
    kept = sorted((key, value.strip()) for key, value in fields.items() if key not in _UNSIGNED)
    return "&".join(f"{key}={value}" for key, value in kept if value).encode()


def sign(fields: Mapping[str, str], *, key: RSAPrivateKey | None = None) -> str:
    """SHA1withRSA over the canonical string, standard base64."""
    signature = (key or keys.sina_private()).sign(canonical(fields), PKCS1v15(), _SHA1)
    return base64.b64encode(signature).decode()


def check(fields: Mapping[str, str]) -> None:
    """SinaPayError unless the merchant's key signed these fields."""
    if fields.get("sign_type", "RSA") != "RSA":
        raise SinaPayError("ILLEGAL_SIGN_TYPE")
    try:
        signature = base64.b64decode(fields.get("sign", ""), validate=True)
        keys.merchant_public().verify(signature, canonical(fields), PKCS1v15(), _SHA1)
    except (ValueError, InvalidSignature):
        raise SinaPayError("ILLEGAL_SIGN") from None


def decrypt(value: str) -> str:
    """The text behind an encrypted field; SinaPayError ILLEGAL_DECRYPT when there is none.

    The padding is checked by hand: the library answers random bytes for a wrong padding instead of an error.
    """
    numbers = keys.sina_encrypt_private().private_numbers()
    modulus = numbers.public_numbers.n
    size = (modulus.bit_length() + 7) // 8
    try:
        cipher = base64.b64decode(value, validate=True)
    except ValueError:
        raise SinaPayError("ILLEGAL_DECRYPT") from None
    if not cipher or len(cipher) % size:
        raise SinaPayError("ILLEGAL_DECRYPT")
    blocks = (cipher[at : at + size] for at in range(0, len(cipher), size))
    plain = b"".join(
        _unpad(pow(int.from_bytes(block, "big"), numbers.d, modulus).to_bytes(size, "big")) for block in blocks
    )
    try:
        return plain.decode()
    except UnicodeDecodeError:
        raise SinaPayError("ILLEGAL_DECRYPT") from None


def _unpad(block: bytes) -> bytes:
    """PKCS#1 v1.5, block type 2."""
    end = block.find(b"\0", 2)
    if not block.startswith(b"\0\2") or end < 2 + _SHORTEST_PADDING:
        raise SinaPayError("ILLEGAL_DECRYPT")
    return block[end + 1 :]
