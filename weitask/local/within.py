"""Run a command with the embedded servers up: what `make test` and a one-off `manage.py` command use."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from weitask.local import messages
from weitask.local.embedded import Urls, addresses, services, stop_leftovers
from weitask.local.environment import local_folder, make_keys, secrets_of
from weitask.local.ground import forget
from weitask.local.lock import holding, is_held


def run(*, argv: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `argv` to its end and return its exit code; a TERM is passed on, a Ctrl-C reaches it by itself."""
    process = subprocess.Popen(argv, env=dict(environment))
    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
    }
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code


@contextmanager
def servers_for_tests(*, durable: bool = False) -> Iterator[dict[str, str]]:
    """The environment of a test run: throw-away servers on a folder of this process, removed at the end.

    Servers named by DATABASE_URL and REDIS_URL are used instead when both are set. `durable`: they wait for the disk
    as real ones do; benchmarks want that.
    """
    # Tests read static files as they lie; the hashed names of a real site need collectstatic first.
    plain = {
        "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "WEITASK_DEMO": "1",  # the gateways point at a sandbox
    }
    messages.compile_if_needed()
    environment = secrets_for_tests(local_folder()) | plain | os.environ
    if "DATABASE_URL" in environment and "REDIS_URL" in environment:
        yield environment
        return
    remove_dead_test_folders(local_folder())
    folder = local_folder() / f"test-{os.getpid()}"
    try:
        with services(folder, durable=durable) as urls:
            yield environment | urls.environment()
    finally:
        forget(folder)


@contextmanager
def servers_of_this_machine() -> Iterator[dict[str, str]]:
    """The environment of a command on `make run`'s data: its servers, or the same started for it.

    A server that the environment names is used, never ours in its place.
    """
    folder = local_folder()
    environment = secrets_of(folder) | {"WEITASK_KEY_DIR": str(folder / "keys")}
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        yield environment | os.environ
    elif is_held(folder):
        yield environment | addresses(folder).environment() | os.environ
    else:
        with services(folder) as urls:
            yield environment | urls.environment() | os.environ


@contextmanager
def services_for_tests(folder: Path) -> Iterator[Urls]:
    """Throw-away servers on a folder that stays, for many test runs after each other."""
    remove_dead_test_folders(local_folder())
    with services(folder, durable=False) as urls:
        yield urls


def secrets_for_tests(folder: Path) -> dict[str, str]:
    """Secrets for tests, made once and shared by all test runs of this machine."""
    place = folder / "tests"
    place.mkdir(parents=True, exist_ok=True)
    keys = place / "keys"
    with holding(place, wait=True):  # two first runs at once would each make their own
        if not (keys / "made").exists():
            make_keys(keys)
            (keys / "made").touch()
        return secrets_of(place) | {"WEITASK_KEY_DIR": str(keys)}


def remove_dead_test_folders(folder: Path) -> None:
    """Stop and remove what killed test runs left: folders named after a process that is gone."""
    for left in folder.glob("test-*"):
        number = left.name.removeprefix("test-")
        if number.isdigit() and not psutil.pid_exists(int(number)) and not is_held(left):
            stop_leftovers(left)
            forget(left)
