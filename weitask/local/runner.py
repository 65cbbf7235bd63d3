"""`make run`: every process of Weitask on one machine, prepared, started, watched and stopped in order."""

import hashlib
import http.client
import os
import shlex
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from weitask.local import assets, messages, processes, server
from weitask.local.demo_logins import LOGINS
from weitask.local.embedded import services
from weitask.local.environment import ROOT, make_keys, secrets_of
from weitask.local.failure import LocalError
from weitask.local.ground import ground
from weitask.local.manager import OrderedManager
from weitask.local.ports import HOST, Ports, must_be_free
from weitask.local.postgres import Postgres
from weitask.local.progress import step

MARK = "WEITASK_RUN"  # in the environment of every process we start, to find them again after a kill -9
SEEDING, SEEDED = "seeding", "seeded"
FIRST_PAGE_SECONDS = 60.0


@dataclass(frozen=True)
class Run:
    """One `make run`: its folder, its ports, and the environment of its processes."""

    folder: Path
    ports: Ports
    environment: Mapping[str, str]


def up(*, folder: Path, ports: Ports) -> int:
    """Prepare, start and watch everything until Ctrl-C or TERM. Returns 0, or 1 when a process ended by itself.

    Raises LocalError, with nothing left running, when something is in the way.
    """
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with step("data folder, PostgreSQL and Valkey"):
            urls = stack.enter_context(services(folder))  # holds the folder: from here on we are the only one
            stack.callback(server.stop_marked, name=MARK, value=str(folder))
            server.stop_marked(name=MARK, value=str(folder))  # what a killed run left
        must_be_free(ports)
        with step("secrets and keys"):
            run = Run(folder=folder, ports=ports, environment=_environment(folder, ports) | urls.environment())
            make_keys(folder / "keys")
        _prepare(run)
        return _watch(run, began)


def _environment(folder: Path, ports: Ports) -> dict[str, str]:
    """What the processes read; the person's own shell may set anything but what the runner decides."""
    return (
        secrets_of(folder)
        | {"WEITASK_DEMO": "1", "MEDIA_ROOT": str(folder / "media")}
        | os.environ
        | {
            MARK: str(folder),
            "DJANGO_SETTINGS_MODULE": "weitask.settings",
            "PYTHONUNBUFFERED": "1",
            # Celery's advice for production, at each start, to those who work as root in a container.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
            "SITE_URL": ports.site_url,
            "SANDBOX_URL": ports.sandbox_url,
            "SANDBOX_PUBLIC_BASE": ports.sandbox_url,
            "SANDBOX_TICK": "1",
            "WEITASK_KEY_DIR": str(folder / "keys"),
        }
    )


def _prepare(run: Run) -> None:
    """Everything the processes take for granted. Each step may be run again after an interruption."""
    with step("front-end files"):
        assets.make_if_needed()
        messages.compile_if_needed()
    database = Postgres(ground(run.folder))
    found = database.note() or ""
    made = f"{SEEDED} {_tables()}"
    if found == SEEDING:
        with step("removing demo data that was left half made"):
            database.empty()
            _remove_sandbox_data(run.folder)
    if found != made:
        with step("database tables"):
            _manage(run, "migrate", "--verbosity", "0")
    _collect_static(run)
    if not found.startswith(SEEDED):
        with step("demo data (once)"):
            _remove_sandbox_data(run.folder)  # it must know nothing of an earlier database
            database.set_note(SEEDING)
            with _sandbox(run):
                _manage(run, "seed_demo")
    database.set_note(made)


def _tables() -> str:
    """A fingerprint of all migrations, ours and those of the packages."""
    fingerprint = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        fingerprint.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return fingerprint.hexdigest()


def _collect_static(run: Run) -> None:
    """Collect static files when any of them, or the packages that bring some, changed since the last time."""
    stamp = ROOT / ".local" / "static.made"
    fingerprint = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            found = path.stat()
            fingerprint.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    if stamp.exists() and stamp.read_text() == fingerprint.hexdigest():
        return
    with step("static files"):
        stamp.unlink(missing_ok=True)
        _manage(run, "collectstatic", "--noinput", "--clear", "--verbosity", "0")
        stamp.write_text(fingerprint.hexdigest())


def _manage(run: Run, *arguments: str) -> None:
    """Run one management command; raise LocalError with the end of what it said when it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(run.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n  ".join(done.stdout.strip().splitlines()[-15:])
        raise LocalError(f"manage.py {arguments[0]} failed:\n  {end}")


def _commands(run: Run) -> dict[str, list[str]]:
    layout = processes.Layout(
        python=sys.executable,
        host=HOST,
        web_port=run.ports.web,
        sandbox_port=run.ports.sandbox,
        state=str(run.folder),
    )
    return processes.commands(layout)


@contextmanager
def _sandbox(run: Run) -> Iterator[None]:
    """The sandbox alone, for the time of seeding."""
    program = server.Program(
        name="The sandbox",
        argv=_commands(run)["sandbox"],
        log=run.folder / "sandbox.log",
        environment=run.environment,
        folder=ROOT,
    )
    process = server.start(program=program, is_ready=lambda: answers(run.ports.sandbox, "/_control/stats/"))
    try:
        yield
    finally:
        server.stop(process)


def _remove_sandbox_data(folder: Path) -> None:
    for path in folder.glob("sandbox.sqlite3*"):
        path.unlink()


def _watch(run: Run, began: float) -> int:
    """Hand over to the manager, show the table once the first page is there, and say who ended by itself."""
    table = threading.Thread(target=_show_when_ready, args=(run, began), daemon=True)
    manager = OrderedManager(stages=processes.STOP_ORDER, when_started=table.start)
    for name, command in _commands(run).items():
        # exec: the process itself gets our signals, not a shell in front of it
        manager.add_process(name, f"exec {shlex.join(command)}", env=dict(run.environment), cwd=str(ROOT))
    manager.loop()
    if manager.crashed is not None:
        name, code = manager.crashed
        raise LocalError(f"The process {name} ended by itself with exit code {code}; everything else was stopped.")
    print("Everything is stopped.", flush=True)
    return 0


def _show_when_ready(run: Run, began: float) -> None:
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while not answers(run.ports.web, "/"):
        if time.monotonic() > deadline:
            print(f"The site has not answered for {FIRST_PAGE_SECONDS:.0f} s; see the lines above.", flush=True)
            return
        time.sleep(0.1)
    print(table_of(run.ports, seconds=time.monotonic() - began), flush=True)


def answers(port: int, path: str) -> bool:
    """Whether an HTTP server on this machine answers the page without a server error."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def table_of(ports: Ports, *, seconds: float) -> str:
    """The addresses and demo logins, as printed at the end of a start that took `seconds`."""
    pages = (
        ("网站 Site", f"{ports.site_url}/"),
        ("运营后台 Admin", f"{ports.site_url}/admin/"),
        ("接口文档 API", f"{ports.site_url}/api/v1/docs/"),
        ("沙箱 Sandbox", f"{ports.sandbox_url}/"),
    )
    lines = ["", f"Weitask 微任务 is up after {seconds:.1f} s. Ctrl-C stops everything.", ""]
    lines += [f"  {_wide(name, 18)}{address}" for name, address in pages]
    lines += ["", "  Demo logins (user / password):"]
    for one in LOGINS:
        login = f"{one.username} / {one.password}"
        lines.append(f"  {_wide(one.role, 18)}{_wide(login, 40)}{ports.site_url}{one.page}")
    return "\n".join([*lines, ""])


def _wide(text: str, columns: int) -> str:
    """`text` filled up to `columns` of a terminal, where a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * max(1, columns - taken)
