"""Serving the sandbox with gunicorn: one worker process, because limits and faults live in its memory."""

import os
import socket
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connections
from gunicorn.app.base import BaseApplication

_THREADS = 48  # several may sleep in an injected timeout
_SETTINGS = "weitask.sandbox.settings"


class _Sandbox(BaseApplication):
    """Gunicorn with its options from here instead of a command line."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in the worker."""
        from weitask.sandbox.wsgi import application

        return application


@dataclass(frozen=True)
class Start:
    """How to start: where to listen, whether empty, whether with the demo's users."""

    host: str
    port: int
    reset: bool = False
    seed: bool = False


def serve(start: Start) -> None:
    """Migrate and serve until SIGTERM or SIGINT. Port 0 takes a free one, which the first line printed names."""
    _refuse_taken_port(start)
    os.environ["DJANGO_SETTINGS_MODULE"] = _SETTINGS
    options = {
        "bind": f"{start.host}:{start.port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": _THREADS,
        "keepalive": 75,
        "timeout": 120,
        "graceful_timeout": 1,
        "loglevel": "warning",
        "when_ready": partial(_prepare, start),
        "post_worker_init": _started,
    }
    _Sandbox(options).run()


def _refuse_taken_port(start: Start) -> None:
    """End with one sentence at once; gunicorn would try for five seconds."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((start.host, start.port))
        except OSError as error:
            raise SystemExit(f"sandbox: port {start.port} of {start.host} is in use or forbidden: {error}") from None


def _prepare(start: Start, arbiter: Any) -> None:
    """Once the port is known and before the worker is forked: addresses, keys, tables."""
    host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
    os.environ.setdefault("SANDBOX_PUBLIC_BASE", f"http://{host}:{port}")
    django.setup()

    from django.conf import settings

    from weitask.sandbox import clock, keys, lifetime, seeding

    Path(str(settings.DATABASES["default"]["NAME"])).parent.mkdir(parents=True, exist_ok=True)
    keys.ensure(Path(settings.SANDBOX_KEY_DIR))
    call_command("migrate", verbosity=0, interactive=False)
    if start.reset:
        lifetime.empty()
    if start.seed:
        seeding.load(clock.now())
    connections.close_all()  # a SQLite connection must not be carried over a fork


def _started(worker: Any) -> None:
    """In the worker, when it can answer."""
    from weitask.sandbox import lifetime, tick

    lifetime.begin()
    tick.start_in_background()
    host, port = worker.sockets[0].getsockname()[:2]
    print(f"sandbox listening on http://{host}:{port}", flush=True)  # noqa: T201
