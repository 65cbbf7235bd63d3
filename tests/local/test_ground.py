"""Where the servers' files go: short socket paths, an account without rights, and no folder opened for it."""

import os
import stat
from pathlib import Path

import pytest

from weitask.local import ground as grounds
from weitask.local.embedded import services
from weitask.local.failure import LocalError
from weitask.local.ground import SOCKET_PATH_LIMIT, forget, ground, postgres_programs, private_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")


@pytest.mark.parametrize("name", ["x" * 120, "我的 项目", "Ünïcode?#%"])
def test_socket_paths_stay_short_and_plain_whatever_the_folder_is_called(tmp_path, name):
    places = ground(tmp_path / name)
    with services(tmp_path / name, durable=False) as urls:
        assert len(os.fsencode(places.sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
        assert "%" not in urls.database_url
    forget(tmp_path / name)
    assert not places.sockets.exists()


def test_the_same_folder_always_gets_the_same_places(folder):
    assert ground(folder) == ground(folder)


@as_root
def test_no_parent_folder_is_opened_for_the_database(tmp_path, folder):
    tmp_path.chmod(0o700)
    with services(folder, valkey=False, durable=False):
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
        assert not ground(folder).home.is_relative_to(tmp_path)


@as_root
def test_the_database_does_not_run_as_root(folder):
    places = ground(folder)
    with services(folder, valkey=False, durable=False):
        owner = int((places.home / "postgres" / "postmaster.pid").read_text().split()[0])
        assert Path(f"/proc/{owner}").stat().st_uid == places.account.uid != 0


@as_root
def test_programs_that_the_account_cannot_reach_are_copied(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    monkeypatch.setattr(grounds, "_spacious", lambda: tmp_path)
    monkeypatch.setattr(grounds, "_open_to_all", lambda program: False)
    account = grounds.Account(uid=65534, gid=65534)
    copied = postgres_programs(account)
    assert copied.is_relative_to(tmp_path)
    assert (copied / "postgres").stat().st_mode & 0o005 == 0o005
    assert postgres_programs(account) == copied


def test_a_folder_that_somebody_else_put_there_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalError, match="belongs to somebody else"):
        private_folder(tmp_path / "ours", owner=None)
