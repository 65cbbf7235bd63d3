"""Where Sina Pay's notifications arrive while no web process runs: the site itself, in a thread on the loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def address_string(self) -> str:
        """Without asking a name server."""
        return str(self.client_address[0])


@contextmanager
def listening() -> Iterator[str]:
    """Serve on a free port for the length of the block; payments started in it are notified there."""
    server = make_server(HOST, 0, WSGIHandler(), handler_class=_Quiet)
    thread = threading.Thread(target=_serve, args=(server,), name="notifications", daemon=True)
    before = settings.SINAPAY_NOTIFY_BASE
    settings.SINAPAY_NOTIFY_BASE = f"http://{HOST}:{server.server_port}"
    thread.start()
    try:
        yield settings.SINAPAY_NOTIFY_BASE
    finally:
        settings.SINAPAY_NOTIFY_BASE = before
        server.shutdown()
        thread.join()
        server.server_close()


def _serve(server: WSGIServer) -> None:
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        connections.close_all()
