"""`python -m benchmarks.settling CHUNK`: the Friday batch of `benchmarks.book` in a process of its own, watched.

Prints `begun` once the audit is through and the chunks are cut, and at the end one JSON line: orders, seconds (whole,
and of them the audit), the longest transaction after the audit, the peak of resident memory. May be killed anywhere.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from benchmarks import book
from billing import audit
from orders import settlement


class Timed:
    """A function that notes how long each of its calls took."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self.work = work
        self.seconds: list[float] = []

    def __call__(self, *given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return self.work(*given, **named)
        finally:
            self.seconds.append(time.perf_counter() - began)


def main(chunk: int) -> None:
    """Settle, and say how it went. The cut into chunks is one transaction, so is each chunk, and so is the close."""
    settlement.CHUNK = chunk or settlement.CHUNK
    audit.run = audited = Timed(audit.run)
    settlement._take = taken = Timed(settlement._take)
    settlement._close = closed = Timed(settlement._close)
    chunks = settlement._chunks
    settlement._chunks = cut = Timed(lambda run: _begin(list(chunks(run))))
    began = time.perf_counter()
    orders = settlement.settle(cutoff=book.CUTOFF, now=book.NOW)
    whole = time.perf_counter() - began
    answer = {
        "orders": orders,
        "seconds": whole,
        "audit": sum(audited.seconds),
        "chunks": len(taken.seconds),
        "longest": max(cut.seconds + taken.seconds + closed.seconds, default=0.0),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(answer), flush=True)


def _begin(chunks: Any) -> Any:
    print("begun", flush=True)
    return chunks


if __name__ == "__main__":
    main(int(sys.argv[1]))
