"""`make test`: what it runs, and what it says when something fails."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from weitask.local import checks
from weitask.local.failure import LocalError

# pytest without our settings and without the plugins that take seconds to load.
ALONE = ("-n", "0", "-p", "xdist.plugin", "-p", "no:cacheprovider", "-c", os.devnull)


@pytest.fixture
def own_checks(monkeypatch):
    """Replaces the real checks by quick ones; the servers of this test run are used."""

    def replace(**codes: int) -> None:
        made = [
            checks.Check(name, ["-c", f"print('said by {name}'); raise SystemExit({code})"])
            for name, code in codes.items()
        ]
        monkeypatch.setattr(checks, "lint_checks", lambda: made)

    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("DATABASE_URL", os.environ.get("DATABASE_URL", "postgres:///unused"))
    monkeypatch.setenv("REDIS_URL", os.environ.get("REDIS_URL", "redis://unused"))
    return replace


def test_a_failing_check_is_shown_with_what_it_said_and_the_others_still_run(own_checks, capfd):
    own_checks(first=1, second=0)
    assert checks.run(pytest_arguments=[], lint_only=True) == 1
    said = capfd.readouterr().out
    assert "said by first" in said
    assert "· second … ok" in said
    assert "Failed: first" in said


def test_passing_checks_are_quiet(own_checks, capfd):
    own_checks(first=0)
    assert checks.run(pytest_arguments=[], lint_only=True) == 0
    assert "said by" not in capfd.readouterr().out


def test_the_closing_line_of_pytest_is_the_last_line(own_checks, capfd, tmp_path):
    own_checks()
    (tmp_path / "test_one.py").write_text("def test_one():\n    assert True\n")
    assert checks.run(pytest_arguments=[*ALONE, str(tmp_path)], lint_only=False) == 0
    assert "1 passed in" in capfd.readouterr().out.splitlines()[-1]


def test_failing_tests_fail_the_whole(own_checks, capfd, tmp_path):
    own_checks()
    (tmp_path / "test_one.py").write_text("def test_one():\n    assert False\n")
    assert checks.run(pytest_arguments=[*ALONE, str(tmp_path)], lint_only=False) == 1
    assert "Failed: tests" in capfd.readouterr().out


def test_the_browser_that_is_named_is_used(monkeypatch):
    monkeypatch.setenv("CHROMIUM", sys.executable)
    assert checks.chromium() == sys.executable


def test_a_named_browser_that_does_not_exist_is_a_plain_sentence(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    with pytest.raises(LocalError, match="CHROMIUM names /no/such/browser"):
        checks.chromium()


def test_a_machine_without_a_browser_is_told_what_to_install(monkeypatch, tmp_path, own_checks, capfd):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    own_checks()
    checks.run(pytest_arguments=[], lint_only=True)
    assert "no Chromium found" in capfd.readouterr().out


LEFT = """
import sys
from weitask.local import checks
from weitask.local.server import leave_in_order
leave_in_order()
checks._tests(sys.argv[1:], dict(__import__("os").environ))
"""


def test_a_run_that_is_ended_takes_its_tests_along(own_checks, tmp_path):
    mark = tmp_path / "pid"
    (tmp_path / "test_one.py").write_text(
        f"import os, pathlib, time\ndef test_one():\n    pathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\n"
        "    time.sleep(60)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", LEFT, *ALONE, str(tmp_path)], cwd=checks.ROOT)
    assert patiently(lambda: mark.exists() and mark.read_text())
    run.send_signal(signal.SIGTERM)
    run.wait(30)
    assert not psutil.pid_exists(int(mark.read_text()))


def patiently(ready: Callable[[], object], *, seconds: float = 30) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not ready() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(ready())
