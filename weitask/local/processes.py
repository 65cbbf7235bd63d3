"""The processes of Weitask, in one place: `make run` and docker-compose.yml use the same commands."""

from dataclasses import dataclass

QUEUES = ("publish", "money", "checks", "notices")
# In this order they are stopped: who starts work first, who is asked last.
STOP_ORDER = (("beat",), ("worker-publish", "worker"), ("web",), ("sandbox",))


@dataclass(frozen=True)
class Layout:
    """What differs between one machine and containers: `state` holds the timetable file, keys and the sandbox."""

    python: str = "python"
    host: str = "0.0.0.0"  # noqa: S104  # inside a container; one machine binds the loopback address
    web_port: int = 8000
    sandbox_port: int = 8010
    state: str = "/state"


def commands(layout: Layout) -> dict[str, list[str]]:
    """The command of each process by its name."""
    python, state = layout.python, layout.state
    return {
        "sandbox": [
            *(python, "-m", "weitask.sandbox", "--host", layout.host, "--port", str(layout.sandbox_port)),
            *("--db", f"{state}/sandbox.sqlite3", "--keys", f"{state}/keys"),
        ],
        "web": [
            *(python, "-m", "gunicorn", "weitask.wsgi:application", "--bind", f"{layout.host}:{layout.web_port}"),
            *("--workers", "2", "--threads", "8", "--timeout", "60", "--graceful-timeout", "10"),
            *("--no-control-socket", "--preload"),  # read once, shared by both workers
        ],
        "worker-publish": _worker(python, "worker-publish", ("publish",)),
        "worker": _worker(python, "worker", tuple(name for name in QUEUES if name != "publish"), processes=3),
        "beat": [
            *(python, "-m", "celery", "--app", "weitask.celery", "--quiet", "beat", "--loglevel", "WARNING"),
            *("--schedule", f"{state}/celerybeat-schedule", "--pidfile="),
        ],
    }


def _worker(python: str, name: str, queues: tuple[str, ...], *, processes: int = 2) -> list[str]:
    """Posting has a worker of its own, so that no settlement or spread reading ever makes a start late.

    The other one has a process to spare for what takes a minute, a large workbook at most (one at a time).
    """
    return [
        *(python, "-m", "celery", "--app", "weitask.celery", "--quiet", "worker", "--queues", ",".join(queues)),
        *("--hostname", f"{name}@%h", "--concurrency", str(processes), "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
