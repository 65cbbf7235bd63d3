"""`python -m weitask.local exec`: a command with servers of its own, and nothing left afterwards."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from weitask.local import within
from weitask.local.__main__ import main
from weitask.local.environment import ROOT
from weitask.local.failure import LocalError
from weitask.local.ground import forget

PRINT_URL = [sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'])"]


@pytest.fixture
def local(tmp_path: Path):
    """The environment of a machine of its own, without the servers of this test run."""
    left_out = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "VAULT_KEYS")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    yield kept | {"WEITASK_LOCAL": str(tmp_path / "local")}
    forget(tmp_path / "local")


def begin(local, *argv: str, test: bool = True) -> subprocess.Popen[str]:
    """Start `exec` in the background."""
    options = ["--test"] if test else []
    command = [sys.executable, "-m", "weitask.local", "exec", *options, "--", *argv]
    return subprocess.Popen(command, cwd=ROOT, env=local, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def folders(local) -> list[str]:
    """The test folders there are."""
    return [path.name for path in Path(local["WEITASK_LOCAL"]).glob("test-*")]


def test_two_at_once_have_servers_of_their_own_which_are_removed(local):
    both = [begin(local, *PRINT_URL) for _ in range(2)]
    urls = {process.communicate(timeout=60)[0].strip() for process in both}
    assert len(urls) == 2
    assert all(url.startswith("postgres://") for url in urls)
    assert folders(local) == []


def test_the_exit_code_of_the_command_is_ours(local):
    process = begin(local, sys.executable, "-c", "raise SystemExit(7)")
    process.communicate(timeout=60)
    assert process.returncode == 7


def test_servers_that_are_named_are_used(local):
    named = local | {"DATABASE_URL": "postgres:///elsewhere", "REDIS_URL": "redis://elsewhere"}
    said, _ = begin(named, *PRINT_URL).communicate(timeout=60)
    assert said == "postgres:///elsewhere\n"


def test_secrets_are_given_and_the_same_each_time(local):
    program = [sys.executable, "-c", "import os; print(os.environ['SECRET_KEY'], os.environ['VAULT_KEYS'])"]
    first, second = (begin(local, *program).communicate(timeout=60)[0] for _ in range(2))
    assert first == second
    assert len(first) > 80


def test_a_term_ends_the_command_and_the_servers(local):
    process = begin(local, sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)")
    assert process.stdout.readline() == "up\n"
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert folders(local) == []


def test_what_a_killed_run_left_is_removed_by_the_next(local):
    killed = begin(local, sys.executable, "-c", "import time; print('up', flush=True); time.sleep(2)")
    assert killed.stdout.readline() == "up\n"
    killed.kill()
    killed.communicate(timeout=30)
    assert folders(local) == [f"test-{killed.pid}"]
    begin(local, "true").communicate(timeout=60)
    assert folders(local) == []


def test_a_command_joins_the_servers_of_make_run_when_they_are_up(local):
    outer = begin(local, *[sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"], test=False)
    assert outer.stdout.readline() == "up\n"
    began = time.monotonic()
    said, _ = begin(local, *PRINT_URL, test=False).communicate(timeout=60)
    assert said.startswith("postgres://weitask@/")
    assert time.monotonic() - began < 5
    outer.terminate()
    outer.communicate(timeout=30)


def test_a_server_that_is_named_is_used_beside_ours(local):
    said, _ = begin(local | {"DATABASE_URL": "postgres:///elsewhere"}, *PRINT_URL, test=False).communicate(timeout=60)
    assert said == "postgres:///elsewhere\n"


def test_manage_py_finds_the_servers_of_this_machine_from_anywhere(local, tmp_path):
    command = [sys.executable, ROOT / "manage.py", "audit_ledger", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=local, capture_output=True, text=True, check=False, timeout=90)
    assert (done.returncode, json.loads(done.stdout)["audit"]) == (2, "failed"), done.stderr  # no tables yet


def test_a_command_whose_servers_do_not_start_never_ran(monkeypatch, capsys):
    @contextmanager
    def broken():
        raise LocalError("no room")
        yield

    monkeypatch.setattr(within, "servers_of_this_machine", broken)
    monkeypatch.setattr("weitask.local.__main__.leave_in_order", lambda: None)
    assert main(["exec", "--", "true"]) == 2
    assert capsys.readouterr().err == "no room\n"


def test_no_command_is_a_plain_sentence(local):
    process = begin(local)
    assert "exec needs a command" in process.communicate(timeout=60)[1]
    assert process.returncode == 1
