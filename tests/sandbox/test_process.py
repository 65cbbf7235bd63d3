"""The sandbox as a process: starting, stopping, surviving, running in real time."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.weibo_calls import post
from tests.sandbox_process import SandboxProcess

NOW = "2026-01-05T10:00:00+08:00"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[SandboxProcess]:
    """A process for one test alone."""
    process = SandboxProcess(tmp_path)
    yield process
    process.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_what_it_knew_outlives_any_end(own: SandboxProcess, how: signal.Signals) -> None:
    own.control("tick/", {"now": NOW})
    own.control("settings/", {"refuse_repeats": True})
    token = own.control("weibo/users/", {"uid": "5187664653", "token": True})["access_token"]
    first = post(own.http, token)["id"]
    code = own.stop(how)
    assert code == (-signal.SIGKILL if how is signal.SIGKILL else 0)
    own.start()
    assert own.control("stats/")["now"] == NOW
    assert post(own.http, token)["error_code"] == 20019
    assert post(own.http, token, "另一句")["id"] > first


def test_a_stop_leaves_no_process_behind(own: SandboxProcess) -> None:
    own.stop()
    left = subprocess.run(["pgrep", "-f", str(own.folder)], capture_output=True, text=True, check=False)
    assert left.stdout == ""


def test_in_real_time_a_payout_settles_by_itself(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path, environment={"SANDBOX_TICK": "1"})
    try:
        process.control("settings/", {"settle_delay": 0, "opening_balance": 100_00})
        merchant = Merchant(process)
        merchant.pay(merchant.card())
        deadline = time.monotonic() + 10
        while process.control("sinapay/payouts/")[0]["state"] != "SUCCESS":
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.close()


def test_the_command_line_can_reset_seed_and_be_strict(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path, arguments=("--reset", "--seed"), environment={"SANDBOX_STRICT": "1"})
    try:
        assert len(process.control("weibo/users/")) >= 60
        switches = process.control("settings/")
        assert switches["refuse_repeats"] is switches["rate_limits"] is True
    finally:
        process.close()


def test_a_taken_port_is_an_error(own: SandboxProcess) -> None:
    port = own.base_url.rpartition(":")[2]
    command = [
        sys.executable,
        "-m",
        "weitask.sandbox",
        "--port",
        port,
        "--db",
        str(own.folder / "b"),
        "--keys",
        str(own.keys),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert "in use" in done.stderr


def test_keys_that_exist_are_kept(own: SandboxProcess) -> None:
    before = {path.name: path.read_bytes() for path in own.keys.iterdir()}
    own.stop()
    own.start()
    assert {path.name: path.read_bytes() for path in own.keys.iterdir()} == before
    assert set(before) == {
        f"{pair}_{half}.pem" for pair in ("merchant", "sina", "sina_encrypt") for half in ("private", "public")
    }


def test_it_imports_nothing_of_the_product() -> None:
    script = (
        "import os, sys\nos.environ['DJANGO_SETTINGS_MODULE'] = 'weitask.sandbox.settings'\n"
        "import django; django.setup()\nimport weitask.sandbox.urls, weitask.sandbox.server\n"
        "print([m for m in sys.modules if m.split('.')[0] in {'accounts', 'billing', 'tasks', 'orders', 'celery'}"
        " or m.startswith(('weitask.settings', 'weitask.gateways', 'weitask.clock'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
