"""`weitask/local/venv.sh`: made, repaired, and out of the way when it is whole."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from weitask.local.environment import ROOT


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with nothing to install."""
    script = tmp_path / "weitask" / "local" / "venv.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "weitask" / "local" / "venv.sh", script)
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    return tmp_path


def make(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script with this interpreter, or with what `environment` names."""
    given = {"PYTHON": sys.executable} | os.environ | environment
    script = ["sh", str(clone / "weitask" / "local" / "venv.sh")]
    return subprocess.run(script, env=given, capture_output=True, text=True, check=False)


def test_a_half_made_environment_is_made_again(clone):
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to("/gone")
    made = make(clone)
    assert made.returncode == 0, made.stderr
    assert "virtual environment … made" in made.stdout
    assert subprocess.run([clone / ".venv" / "bin" / "python", "-m", "pip", "--version"], check=False).returncode == 0
    began = time.monotonic()
    again = make(clone)
    assert (again.returncode, again.stdout) == (0, "")
    assert time.monotonic() - began < 2


def test_a_package_that_cannot_be_installed_is_shown_and_tried_again(clone):
    python = clone / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (clone / "requirements.lock").write_text(f"./gone.whl --hash=sha256:{'0' * 64}\n")
    for _ in range(2):
        failed = make(clone)
        assert failed.returncode == 1
        assert "gone.whl" in failed.stderr


def test_a_machine_without_python_is_told_what_to_install(clone, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "cat", "cksum", "dirname"):
        (tools / name).symlink_to(shutil.which(name))
    failed = make(clone, PATH=str(tools), PYTHON="")
    assert failed.returncode == 1
    assert "needs Python 3.11 or newer" in failed.stderr
