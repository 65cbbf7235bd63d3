"""A server process of ours: started, waited for, stopped, and found again when its owner was killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from weitask.local.failure import LocalError
from weitask.local.ground import Account

START_SECONDS = 60.0
STOP_SECONDS = 10.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Program:
    """What to run: `name` for sentences, `log` for its output, `account` to run as when we are root.

    Without `environment` none of the person's locale, zone or connection settings leaks into it.
    """

    name: str
    argv: Sequence[str]
    log: Path
    account: Account | None = None
    environment: Mapping[str, str] | None = None
    folder: Path = Path("/")


def leave_in_order() -> None:
    """Let TERM, and the closing of the terminal, end this process as Ctrl-C does: every block is left in order."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, lambda got, _: sys.exit(128 + got))


def run_as(account: Account | None) -> dict[str, object]:
    """The subprocess arguments that drop root for good before the program starts."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def quiet_environment() -> dict[str, str]:
    """The environment of a server: nothing of the person's shell but the search path."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def start(*, program: Program, is_ready: Callable[[], bool]) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own (a Ctrl-C is for us to pass on) and wait until it answers."""
    if program.log.exists():
        program.log.replace(program.log.with_suffix(".log.1"))
    with program.log.open("wb") as log:
        process = subprocess.Popen(
            program.argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=program.folder,
            env=quiet_environment() if program.environment is None else dict(program.environment),
            start_new_session=True,
            **run_as(program.account),  # type: ignore[call-overload]  # keyword names are subprocess's own
        )
    try:
        _wait_ready(process, program, is_ready)
    except BaseException:
        stop(process)
        raise
    return process


def _wait_ready(process: subprocess.Popen[bytes], program: Program, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None:
            raise LocalError(f"{program.name} did not start (exit {process.returncode}): {_last_line(program.log)}")
        if time.monotonic() > deadline:
            raise LocalError(f"{program.name} did not answer within {START_SECONDS:.0f} s; see {program.log}.")
        time.sleep(_POLL_SECONDS)


def stop(process: subprocess.Popen[bytes], *, how: signal.Signals = signal.SIGINT) -> None:
    """Ask the server to stop, wait, and insist when it does not. Stopping twice is harmless."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop_leftovers(*, name: str, folder: Path) -> int:
    """Stop processes called `name` that work in `folder`; returns how many there were.

    A killed owner left them. They are known by name and working directory and not by a pid file: a number may
    belong to another process by now. The caller holds the folder's lock, so no living owner can mind.
    """
    found = [process for process in psutil.process_iter(["name"]) if _works_in(process, name, folder)]
    _stop_all(found, first=signal.SIGINT)
    return len(found)


def stop_marked(*, name: str, value: str) -> int:
    """Stop processes whose environment has `name=value`, children of theirs included; returns how many there were."""
    found = [process for process in psutil.process_iter() if is_marked(process, name, value)]
    _stop_all(found, first=signal.SIGTERM)
    return len(found)


def is_marked(process: psutil.Process, name: str, value: str) -> bool:
    """Whether the process lives and was started with `name=value` in its environment."""
    try:
        return bool(process.environ().get(name) == value)
    except psutil.Error:
        return False


def _stop_all(processes: list[psutil.Process], *, first: signal.Signals) -> None:
    for number in (first, signal.SIGKILL):
        alive = [process for process in processes if is_alive(process)]
        for process in alive:
            with suppress(psutil.NoSuchProcess):  # gone in between, which is what we want
                process.send_signal(number)
        _wait_gone(alive)


def _works_in(process: psutil.Process, name: str, folder: Path) -> bool:
    try:
        return process.info["name"] == name and Path(process.cwd()) == folder
    except psutil.Error:
        return False


def _wait_gone(processes: list[psutil.Process]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while any(is_alive(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def is_alive(process: psutil.Process) -> bool:
    """A zombie counts as gone: in a container nobody may ever collect it, and it holds no file."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
