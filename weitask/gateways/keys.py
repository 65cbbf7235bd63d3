"""Key pairs for the demo, the sandbox and the tests: `python -m weitask.gateways.keys DIR`.

1024-bit RSA as in Sina Pay's own samples (sinapay.md section 4). Never used in production, never
committed. Safe to run again: a complete pair is kept, a half-made one is replaced.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PAIRS = ("merchant", "sina", "sina_encrypt")
KEY_BITS = 1024


def ensure_keys(*, folder: Path) -> list[Path]:
    """Make what is missing in `folder`; answers the files written. Private keys: mode 600."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written: list[Path] = []
    for name in PAIRS:
        private, public = folder / f"{name}_private.pem", folder / f"{name}_public.pem"
        if not _belong_together(private, public):
            _write_pair(private, public)
            written += [private, public]
    return written


def _belong_together(private: Path, public: Path) -> bool:
    try:
        key = serialization.load_pem_private_key(private.read_bytes(), password=None)
        return _public_pem(key) == public.read_bytes()
    except (OSError, ValueError, TypeError):
        return False


def _write_pair(private: Path, public: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    _replace(
        private,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        mode=0o600,
    )
    _replace(public, _public_pem(key), mode=0o644)


def _public_pem(key: object) -> bytes:
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _replace(path: Path, content: bytes, *, mode: int) -> None:
    """Write beside and rename, so that a reader never sees half a key."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(prog="python -m weitask.gateways.keys", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    for path in ensure_keys(folder=folder):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
