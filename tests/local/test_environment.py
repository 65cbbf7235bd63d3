"""The secrets of one machine: made once, kept, completed, readable by their owner."""

import base64
import stat

import pytest

from weitask.local.environment import local_folder, make_keys, secrets_of
from weitask.local.failure import LocalError


def test_secrets_are_made_once(tmp_path):
    first = secrets_of(tmp_path / "new")
    assert secrets_of(tmp_path / "new") == first
    assert len(first["SECRET_KEY"]) >= 50


def test_the_vault_key_has_256_bits(tmp_path):
    name, _, key = secrets_of(tmp_path)["VAULT_KEYS"].partition(":")
    assert name
    assert len(base64.b64decode(key)) == 32


def test_only_the_owner_reads_them(tmp_path):
    secrets_of(tmp_path)
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_a_file_cut_off_half_way_is_completed_and_keeps_what_it_had(tmp_path):
    (tmp_path / "env").write_text("# ours\nSECRET_KEY=kept\nMORE=1\nVAULT_KEYS=\nnonsense\n")
    found = secrets_of(tmp_path)
    assert (found["SECRET_KEY"], found["MORE"]) == ("kept", "1")
    assert found["VAULT_KEYS"]
    assert secrets_of(tmp_path) == found


def test_the_folder_can_be_moved(tmp_path, monkeypatch):
    monkeypatch.setenv("WEITASK_LOCAL", str(tmp_path))
    assert local_folder() == tmp_path.resolve()
    monkeypatch.delenv("WEITASK_LOCAL")
    assert local_folder().name == ".local"


def test_signing_keys_that_cannot_be_made_are_a_plain_sentence(tmp_path):
    (tmp_path / "keys").write_text("a file where the folder should be")
    with pytest.raises(LocalError, match="The signing keys could not be made"):
        make_keys(tmp_path / "keys")
