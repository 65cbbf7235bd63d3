"""Several client processes at once, for a while: what they get done together."""

import multiprocessing
import time
from collections.abc import Callable
from typing import Any

from django.db import connections

START_WITHIN = 60.0  # seconds for all clients to be ready


def rate(make: Callable[[int], Callable[[], int]], *, processes: int, seconds: float) -> float:
    """Units per second of all clients together.

    Args:
        make: given the number of a client, in its process: opens what it needs and answers its work, which is called
            again and again and answers how many units it did.
        processes: clients; each a process of its own.
        seconds: how long; each client ends with the call that passes the time.
    """
    connections.close_all()  # a connection does not survive a fork
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(processes)
    answers = context.SimpleQueue()
    clients = [
        context.Process(target=_client, args=(make, number, ready, answers, seconds)) for number in range(processes)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if any(client.exitcode for client in clients):
        raise SystemExit("a client broke off")
    return float(sum(answers.get() for _ in clients))


def _client(make: Callable[[int], Callable[[], int]], number: int, ready: Any, answers: Any, seconds: float) -> None:
    work = make(number)
    work()  # plans are made, pages are read
    ready.wait(START_WITHIN)
    began = time.perf_counter()
    done = 0
    while time.perf_counter() - began < seconds:
        done += work()
    answers.put(done / (time.perf_counter() - began))
