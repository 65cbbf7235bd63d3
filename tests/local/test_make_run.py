"""The real processes on one machine: the first page comes, a TERM stops all, and the second start is quick."""

import os
import re
import signal
import subprocess
import sys

import psutil
import pytest

from weitask.local import runner, server
from weitask.local.embedded import services
from weitask.local.environment import ROOT
from weitask.local.ground import ground
from weitask.local.postgres import Postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def machine(folder, ports):
    """The environment of a machine whose demo data is made already (making it has tests of its own)."""
    with services(folder, valkey=False):
        Postgres(ground(folder)).set_note(runner.SEEDED)
    foreign = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "STATICFILES_BACKEND", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return kept | {"WEITASK_LOCAL": str(folder), "WEB_PORT": str(ports.web), "SANDBOX_PORT": str(ports.sandbox)}


def start_and_stop(machine, ports) -> tuple[float, str]:
    """The seconds to the first page, and everything that was printed."""
    command = [sys.executable, "-u", "-m", "weitask.local", "up"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=ROOT, env=machine, text=True, **pipes) as process:
        said = ""
        while "Demo logins" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        assert runner.answers(ports.web, "/")
        assert runner.answers(ports.sandbox, "/_control/stats/")
        process.send_signal(signal.SIGTERM)
        said += process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    return float(re.search(r"up after ([\d.]+) s", said)[1]), said


def test_everything_starts_and_stops_twice_and_leaves_nothing(machine, ports, folder):
    start_and_stop(machine, ports)
    seconds, said = start_and_stop(machine, ports)
    assert seconds < 30, said  # 6 s on a machine with nothing else to do
    assert said.rstrip().endswith("Everything is stopped.")
    left = [one for one in psutil.process_iter() if server.is_marked(one, runner.MARK, str(folder))]
    assert left == []
