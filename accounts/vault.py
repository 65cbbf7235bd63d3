"""Secrets at rest: AES-256-GCM with a key id in the value, and keyed fingerprints for look-ups.

A sealed value is `v1.<key id>.<base64url(nonce ‖ ciphertext ‖ tag)>`. The purpose is authenticated with it, so a value
moved to another row or column does not open. The first of `VAULT_KEYS` seals and all of them open; the last one also
feeds the fingerprints, so it stays last for as long as a fingerprint is kept.
"""

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION: Final = "v1"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


class VaultError(Exception):
    """A key is missing or malformed, or a value was changed, moved or sealed for another purpose."""


def seal(text: str, *, purpose: str) -> str:
    """Encrypt `text` for one purpose, e.g. `"weibo-token:5187664653"`; twice the same text gives two values."""
    key_id, key = _keys()[0]
    nonce = os.urandom(_NONCE_BYTES)
    box = AESGCM(key).encrypt(nonce, text.encode(), _bound(key_id, purpose))
    return f"{VERSION}.{key_id}.{base64.urlsafe_b64encode(nonce + box).decode()}"


def unseal(sealed: str, *, purpose: str) -> str:
    """The text behind a sealed value.

    Raises:
        VaultError: the key is gone, the value was tampered with, or the purpose differs. The message tells no secret.
    """
    version, _, rest = sealed.partition(".")
    key_id, _, packed = rest.partition(".")
    key = dict(_keys()).get(key_id)
    if version != VERSION or key is None:
        raise VaultError("sealed with a key that is not here")
    try:
        raw = base64.urlsafe_b64decode(packed.encode())
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(key_id, purpose)).decode()
    except (InvalidTag, ValueError, binascii.Error):
        raise VaultError("does not open: changed, moved or sealed for another purpose") from None


def fingerprint(text: str, *, purpose: str) -> str:
    """A keyed hash (64 hex digits) that finds equal texts without storing them; useless without the key."""
    root = _keys()[-1][1]
    key = hmac.digest(root, f"fingerprint:{purpose}".encode(), "sha256")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _bound(key_id: str, purpose: str) -> bytes:
    return f"{VERSION}.{key_id}.{purpose}".encode()


def _keys() -> tuple[tuple[str, bytes], ...]:
    return _parsed(tuple(settings.VAULT_KEYS))


@lru_cache(maxsize=8)
def _parsed(listed: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    keys = tuple(_one(entry) for entry in listed)
    if not keys:
        raise VaultError("VAULT_KEYS is empty")
    return keys


def _one(entry: str) -> tuple[str, bytes]:
    key_id, _, encoded = entry.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not key_id.isalnum() or len(key) != _KEY_BYTES:
        raise VaultError("VAULT_KEYS wants entries like id:base64 of 32 bytes")
    return key_id, key
