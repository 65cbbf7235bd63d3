"""A merchant's notification address that keeps what it gets and answers what it is told."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import ClassVar
from urllib.parse import parse_qsl


class _Handler(BaseHTTPRequestHandler):
    receiver: ClassVar[Receiver]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.receiver.bodies.append(parse_qsl(body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.receiver.says.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Receiver:
    """`with Receiver() as receiver`: `url`, `bodies` received as pairs, and `says`, the answer."""

    def __init__(self) -> None:
        self.bodies: list[list[tuple[str, str]]] = []
        self.says = "success"
        handler = type("Handler", (_Handler,), {"receiver": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/notify/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def fields(self) -> list[dict[str, str]]:
        """The bodies as dicts."""
        return [dict(body) for body in self.bodies]

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
