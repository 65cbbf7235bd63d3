"""Sites under gunicorn with the product's own command (2 workers), and a client that keeps its connections open."""

import http.client
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from weitask.local.processes import Layout, commands

HOST = "127.0.0.1"
KEPT = 20  # requests over one connection: which of the two workers it meets is luck, and evens out
PRODUCT = "weitask.wsgi:application"
BARE = "benchmarks.bare:application"


@dataclass(frozen=True)
class Ask:
    """One request; `body` is JSON text for a POST."""

    path: str
    method: str = "GET"
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many milliseconds."""

    status: int
    text: bytes
    ms: float


@contextmanager
def served(application: str, *, database: str | None = None) -> Iterator[int]:
    """The port of a site on the given database (default: the benchmark's own), stopped at the end."""
    port = _free_port()
    command = commands(Layout(python=sys.executable, host=HOST, web_port=port))["web"]
    command[command.index(PRODUCT)] = application
    # As in production: no demo bar, no demo clock, and few lines of log; the desk is opened with a bare session.
    own = {"WEITASK_DEMO": "0", "STAFF_SECOND_STEP": "0", "LOG_LEVEL": "WARNING", "SITE_URL": f"http://{HOST}:{port}"}
    environment = os.environ | own | ({"DATABASE_URL": database} if database else {})
    with NamedTemporaryFile("w+b") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=Path(__file__).parents[1])
        try:
            _wait(port, process, log.name)
            yield port
        finally:
            process.terminate()
            process.wait()


def fetch(port: int, asks: Sequence[Ask], *, connections: int = 4) -> list[Answer]:
    """Each request once, over so many connections at a time; the answers in the order asked."""
    answers: list[Answer | None] = [None] * len(asks)
    numbers = itertools.count()

    def client() -> None:
        connection = http.client.HTTPConnection(HOST, port, timeout=60)
        for place in itertools.count(1):
            if (number := next(numbers)) >= len(asks):
                break
            answers[number] = _fetch(connection, asks[number])
            if place % KEPT == 0:
                connection.close()  # and opened anew by the next request
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answer for answer in answers if answer is not None]


def _fetch(connection: http.client.HTTPConnection, ask: Ask) -> Answer:
    headers = {"Content-Type": "application/json"} if ask.body is not None else {}
    began = time.perf_counter()
    connection.request(ask.method, ask.path, body=ask.body, headers=headers | dict(ask.headers))
    response = connection.getresponse()
    text = response.read()
    return Answer(response.status, text, (time.perf_counter() - began) * 1000)


def _wait(port: int, process: "subprocess.Popen[bytes]", log: str) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/healthz/")
            connection.getresponse().read()
            return
        time.sleep(0.1)
    raise RuntimeError(f"the site did not start: {Path(log).read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
