"""`make test`: every check and the tests, each with a line of its own and its duration."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from weitask.local.environment import ROOT, vault_key
from weitask.local.failure import LocalError
from weitask.local.within import servers_for_tests

APPS = ("weitask", "accounts", "billing", "tasks", "orders")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Money, state and time: no line and no branch of these goes untested (conventions, Checks).
FULLY_COVERED = (
    *("billing/ledger.py", "billing/holds.py", "billing/payouts.py", "orders/lifecycle.py", "orders/answering.py"),
    *("orders/publishing.py", "orders/retention.py", "orders/settlement.py", "accounts/slots.py"),
)
# It has no `python -m` form.
_LINT_IMPORTS = ("-c", "from importlinter.cli import lint_imports_command as run; run()")
COVERAGE_FLOOR = 95  # per cent, branches included


@dataclass(frozen=True)
class Check:
    """One tool: what the screen calls it, its arguments to Python, what it needs in its environment."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def run(*, pytest_arguments: Sequence[str], lint_only: bool) -> int:
    """Run the checks, then the tests; 0 only when all of them passed. pytest's closing line is the last line."""
    began = time.monotonic()
    with servers_for_tests() as environment:
        environment = environment | _browser()
        failed = [check.name for check in lint_checks() if not _passes(check, environment)]
        closing = ""
        if not lint_only:
            passed, closing = _tests(pytest_arguments, environment)
            failed += [] if passed else ["tests"]
            # A part of the tests says nothing about coverage.
            reports = [] if pytest_arguments else coverage_checks()
            failed += [check.name for check in reports if not _passes(check, environment)]
    seconds = time.monotonic() - began
    print(f"\nFailed: {', '.join(failed)} ({seconds:.0f} s)" if failed else f"\nAll passed ({seconds:.0f} s)")
    print(closing, flush=True)
    return 1 if failed else 0


def lint_checks() -> list[Check]:
    """The checks in the order of their speed."""
    return [
        Check("ruff format", ["-m", "ruff", "format", "--check", "."]),
        Check("ruff check", ["-m", "ruff", "check", "."]),
        Check("import-linter", [*_LINT_IMPORTS]),
        Check("djlint", ["-m", "djlint", "templates", "--lint", "--check", "--quiet"]),
        Check("migrations are complete", ["-m", "django", "makemigrations", "--check", "--dry-run"]),
        Check("deployment check", ["-m", "django", "check", "--deploy", "--fail-level", "WARNING"], production()),
        Check("mypy", ["-m", "mypy", *APPS]),
        Check("mypy of the sandbox", ["-m", "mypy", "--config-file", "weitask/sandbox/mypy.ini", "weitask/sandbox"]),
    ]


def coverage_checks() -> list[Check]:
    """The two floors: one for all, one for what touches money, state and time."""
    present = [path for path in FULLY_COVERED if (ROOT / path).exists()]
    everywhere = Check(f"coverage ≥ {COVERAGE_FLOOR} %", ["-m", "coverage", "report", f"--fail-under={COVERAGE_FLOOR}"])
    strict = ["-m", "coverage", "report", "--fail-under=100", f"--include={','.join(present)}"]
    return [everywhere, Check("coverage = 100 % of money, state and time", strict)] if present else [everywhere]


def production() -> dict[str, str]:
    """The settings of a site behind HTTPS, with secrets of the moment."""
    return {
        "WEITASK_DEMO": "0",
        "DEBUG": "0",
        "SITE_URL": "https://weitask.example",
        "ALLOWED_HOSTS": "weitask.example",
        "TRUSTED_PROXIES": "1",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "VAULT_KEYS": vault_key(),
    }


def chromium() -> str | None:
    """The browser of the journeys: CHROMIUM, or the first usual name on the search path."""
    named = os.environ.get("CHROMIUM")
    if named:
        if shutil.which(named) is None:
            raise LocalError(f"CHROMIUM names {named}, which is no program on this machine.")
        return shutil.which(named)
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def _browser() -> dict[str, str]:
    found = chromium()
    if found is None:
        print("· no Chromium found: install Debian's package chromium or set CHROMIUM; the journeys need it")
        return {}
    return {"CHROMIUM": found}


def _passes(check: Check, environment: Mapping[str, str]) -> bool:
    """Run one check quietly; show what it said when it fails."""
    started = time.monotonic()
    print(f"· {check.name} … ", end="", flush=True)
    done = subprocess.run(
        [sys.executable, *check.argv],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "weitask.settings", **environment, **check.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(f"{'FAILED' if done.returncode else 'ok'} {time.monotonic() - started:.1f} s", flush=True)
    if done.returncode:
        print(done.stdout.rstrip(), flush=True)
    return done.returncode == 0


def _tests(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[bool, str]:
    """Run pytest with its output as it comes; whether it passed, and its closing line."""
    coverage = [] if arguments else ["--cov", "--cov-report="]
    argv = [sys.executable, "-m", "pytest", "-n", environment.get("TEST_WORKERS", "2"), *coverage, *arguments]
    print("· tests", flush=True)
    closing = ""
    with subprocess.Popen(
        argv, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                closing = line.strip() or closing
        except BaseException:
            process.send_signal(signal.SIGINT)  # pytest ends its workers and their sandboxes, then we are left
            raise
    return process.returncode == 0, closing
