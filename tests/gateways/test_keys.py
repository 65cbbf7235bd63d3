"""Key pairs for demo and tests."""

import subprocess
import sys

from cryptography.hazmat.primitives import serialization

from weitask.gateways.keys import ensure_keys, main

NAMES = sorted(f"{pair}_{half}.pem" for pair in ("merchant", "sina", "sina_encrypt") for half in ("private", "public"))


def test_three_pairs_of_1024_bits_are_made(tmp_path):
    ensure_keys(folder=tmp_path / "keys")

    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == NAMES
    pem = (tmp_path / "keys" / "sina_private.pem").read_bytes()
    assert serialization.load_pem_private_key(pem, password=None).key_size == 1024


def test_private_keys_are_for_their_owner_only(tmp_path):
    ensure_keys(folder=tmp_path)

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert {modes[name] for name in NAMES if "private" in name} == {0o600}


def test_running_again_changes_nothing(tmp_path):
    ensure_keys(folder=tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert ensure_keys(folder=tmp_path) == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_half_made_pair_is_replaced_and_whole_ones_stay(tmp_path):
    ensure_keys(folder=tmp_path)
    whole = (tmp_path / "merchant_private.pem").read_bytes()
    (tmp_path / "sina_public.pem").write_bytes((tmp_path / "merchant_public.pem").read_bytes())
    (tmp_path / "sina_encrypt_private.pem").write_text("not a key")

    assert len(ensure_keys(folder=tmp_path)) == 4
    assert ensure_keys(folder=tmp_path) == []
    assert (tmp_path / "merchant_private.pem").read_bytes() == whole


def test_a_key_of_another_kind_is_replaced(tmp_path):
    from cryptography.hazmat.primitives.asymmetric import ed25519

    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    ensure_keys(folder=tmp_path)
    (tmp_path / "sina_private.pem").write_bytes(pem)

    assert [path.name for path in ensure_keys(folder=tmp_path)] == ["sina_private.pem", "sina_public.pem"]


def test_the_command_names_what_it_wrote(tmp_path, capsys):
    assert main([str(tmp_path)]) == 0

    assert capsys.readouterr().out.count(".pem") == 6


def test_the_command_needs_no_settings(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "weitask.gateways.keys", str(tmp_path)], check=True, env={}, capture_output=True
    )

    assert done.returncode == 0
    assert len(list(tmp_path.iterdir())) == 6
