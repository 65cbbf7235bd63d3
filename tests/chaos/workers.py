"""Real worker processes on the test database and the live sandbox, with faults armed at named points."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from orders import publishing, reconciling, retention
from tests.sandbox_process import SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 60.0


class Worker:
    """One process that runs one sweep. `fault`: e.g. `"publish.armed:kill"`, struck once; `proof` then exists."""

    def __init__(self, sweep: str, *, now: datetime, sandbox: SandboxProcess, folder: Path, fault: str = "") -> None:
        self.prefix = folder / "hit-"
        self.proof = folder / f"hit-{fault.partition(':')[0]}"
        faults = {"WEITASK_FAULT": fault, "WEITASK_FAULT_ONCE": str(self.prefix)}
        command = [sys.executable, "-m", "tests.chaos.run_sweep", sweep, now.isoformat()]
        self.process = start(command, sandbox=sandbox, folder=folder, faults=faults)

    def wait(self) -> int:
        """The exit code; negative for a signal."""
        return self.process.wait(STARTS_WITHIN)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


def start(
    command: list[str], *, sandbox: SandboxProcess, folder: Path, faults: dict[str, str]
) -> subprocess.Popen[bytes]:
    """A process of ours on the test database and the test's sandbox, in a session of its own."""
    environment = {
        **os.environ,
        "DATABASE_URL": _test_database(),
        "DJANGO_SETTINGS_MODULE": "weitask.settings",
        "SANDBOX_URL": sandbox.base_url,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        **faults,
    }
    environment = {name: value for name, value in environment.items() if not name.startswith("COV_")}
    with (folder / "worker.log").open("a") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def _test_database() -> str:
    """The address of the database the tests run on."""
    name = connection.settings_dict["NAME"]
    return re.sub(r"[^/]+$", str(name), os.environ["DATABASE_URL"])


def wait_for(what: Callable[[], bool], *, within: float = STARTS_WITHIN) -> None:
    until = time.monotonic() + within
    while not what():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.05)


def recover(now: datetime, *, until: datetime) -> datetime:
    """What the surviving workers do: every posting sweep at each moment at which it is due, up to `until`."""
    while True:
        moments = [publishing.publish_next_due(now), reconciling.reconcile_next_due(now)]
        due = min((moment for moment in moments if moment is not None), default=None)
        if due is None or due > until:
            return now
        now = max(now, due)
        publishing.publish_due(now)
        reconciling.reconcile_due(now)


def readings(now: datetime, *, until: datetime) -> None:
    """Every reading due up to `until`."""
    while (due := retention.check_next_due(now)) is not None and due <= until:
        now = max(now, due)
        retention.check_due(now)
