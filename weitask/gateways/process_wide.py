"""One client per process, built from the settings at first use."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """Anything with connections to close."""

    def close(self) -> None: ...


Config = TypeVar("Config")
Client = TypeVar("Client", bound=Closable)


class ProcessWide(Generic[Config, Client]):
    """Keeps the client while its configuration stays equal; a changed one (in tests) gets a new client."""

    def __init__(self, *, configure: Callable[[], Config], build: Callable[[Config], Client]) -> None:
        self._configure = configure
        self._build = build
        self._lock = threading.Lock()
        self._held: tuple[int, Config, Client] | None = None

    def get(self) -> Client:
        """The client of this process."""
        config = self._configure()
        with self._lock:
            if self._held is not None:
                process, known, client = self._held
                if process == os.getpid() and known == config:
                    return client
                if process == os.getpid():
                    client.close()
                # After a fork the connections are the parent's: closing them would end its TLS sessions.
            client = self._build(config)
            self._held = (os.getpid(), config, client)
            return client

    def forget(self) -> None:
        """Close and drop the client, its breaker with it."""
        with self._lock:
            if self._held is not None and self._held[0] == os.getpid():
                self._held[2].close()
            self._held = None
