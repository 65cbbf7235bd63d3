"""A small real HTTP server that says exactly what a test scripted, byte by byte."""

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Act = Callable[[socket.socket, threading.Event], None]


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The form fields, decoded once."""
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


class Loopback:
    """Answers the scripted answers in turn, the last one for ever. An answer is bytes, or a function of the socket."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._script: list[bytes | Act] = [answer({})]
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def script(self, *answers: bytes | Act) -> Self:
        """What to answer from now on."""
        self._script = list(answers)
        return self

    def close(self) -> None:
        """Stop listening and wake every handler."""
        self._stopping.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while (request := _read(connection)) is not None:
                with self._lock:
                    self.received.append(request)
                    act = self._script.pop(0) if len(self._script) > 1 else self._script[0]
                if isinstance(act, bytes):
                    connection.sendall(act)
                else:
                    act(connection, self._stopping)


def eventually(holds: Callable[[], bool], *, seconds: float = 3.0) -> None:
    """Wait until HOLDS, for what another process finishes in its own time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.02)


def answer(payload: Any, *, status: int = 200, kind: str = "application/json") -> bytes:
    """A JSON answer."""
    return raw(json.dumps(payload).encode(), status=status, kind=kind)


def raw(body: bytes, *, status: int = 200, kind: str = "text/html", extra: str = "") -> bytes:
    """Any answer."""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


def silence(connection: socket.socket, stopping: threading.Event) -> None:
    """Never answer."""
    stopping.wait(10)


def hang_up(connection: socket.socket, stopping: threading.Event) -> None:
    """Close without an answer."""
    connection.close()


def endless(connection: socket.socket, stopping: threading.Event) -> None:
    """A body without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n")
    while not stopping.is_set():
        connection.sendall(b" " * 65536)


def drip(connection: socket.socket, stopping: threading.Event) -> None:
    """A body that comes a byte at a time, always before the next time-out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not stopping.wait(0.05):
        connection.sendall(b" ")


def _read(connection: socket.socket) -> Received | None:
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        head += chunk
    head, _, body = head.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    return Received(method, parts.path, parse_qs(parts.query), headers, body)
