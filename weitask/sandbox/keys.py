"""The three RSA key pairs of sinapay.md 4, read from (or made in) the key directory."""

import os
from functools import cache
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from django.conf import settings

_PAIRS = ("merchant", "sina", "sina_encrypt")
_BITS = 1024


def ensure(folder: Path) -> None:
    """Make the pairs that are missing; those that exist stay."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PAIRS:
        private, public = folder / f"{name}_private.pem", folder / f"{name}_public.pem"
        if not private.exists() and not public.exists():
            _make(private, public)


def _make(private: Path, public: Path) -> None:
    key = generate_private_key(public_exponent=65537, key_size=_BITS)  # the size of the official samples
    _write(
        private,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    _write(
        public,
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    )


def _write(path: Path, content: bytes) -> None:
    """Write whole or not at all, readable by the owner only."""
    part = path.with_suffix(f".{os.getpid()}.part")
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.rename(path)


@cache
def merchant_public() -> RSAPublicKey:
    """Checks what the merchant signed."""
    return cast(RSAPublicKey, serialization.load_pem_public_key(_read("merchant_public.pem")))


@cache
def sina_private() -> RSAPrivateKey:
    """Signs answers and notifications."""
    return _private("sina_private.pem")


@cache
def sina_encrypt_private() -> RSAPrivateKey:
    """Reads the fields the merchant encrypted."""
    return _private("sina_encrypt_private.pem")


@cache
def stranger_private() -> RSAPrivateKey:
    """A key nobody trusts, for forged notifications."""
    return generate_private_key(public_exponent=65537, key_size=_BITS)


def _private(name: str) -> RSAPrivateKey:
    return cast(RSAPrivateKey, serialization.load_pem_private_key(_read(name), password=None))


def _read(name: str) -> bytes:
    return (Path(settings.SANDBOX_KEY_DIR) / name).read_bytes()
