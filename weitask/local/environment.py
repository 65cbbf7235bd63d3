"""Secrets and addresses of this machine: made once in `.local/`, handed to the processes as environment."""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

from weitask.local.failure import LocalError

ROOT = Path(__file__).resolve().parents[2]


def local_folder() -> Path:
    """Where this machine's state lives: `.local/` beside manage.py, or WEITASK_LOCAL."""
    return Path(os.environ.get("WEITASK_LOCAL") or ROOT / ".local").resolve()


def secrets_of(folder: Path) -> dict[str, str]:
    """The secrets in `folder/env`, made when missing; a file cut off half way is completed."""
    path = folder / "env"
    known = dict(_pairs(path.read_text())) if path.exists() else {}
    fresh = {"SECRET_KEY": secrets.token_urlsafe(50), "VAULT_KEYS": vault_key()}
    missing = {name: value for name, value in fresh.items() if not known.get(name)}
    if missing:
        known |= missing
        _write_private(path, "".join(f"{name}={value}\n" for name, value in known.items()))
    return known


def vault_key() -> str:
    """A new key of the vault in the form of VAULT_KEYS: "id:base64" of 32 random bytes."""
    return f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def make_keys(folder: Path) -> None:
    """The RSA keys of Sina Pay and the merchant under `folder`; existing ones stay."""
    made = subprocess.run(
        [sys.executable, "-m", "weitask.gateways.keys", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise LocalError(f"The signing keys could not be made: {(made.stderr.strip().splitlines() or ['?'])[-1]}")


def _pairs(text: str) -> list[tuple[str, str]]:
    lines = (line.strip() for line in text.splitlines())
    split = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return [(name, value) for name, sign, value in split if sign]


def _write_private(path: Path, text: str) -> None:
    """Write whole or not at all, readable by the owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f"{path.name}.new")
    building.unlink(missing_ok=True)
    descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    building.replace(path)
