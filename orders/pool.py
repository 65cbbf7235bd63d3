"""A bounded pool of threads that do HTTP only (architecture 7): the caller claims and records, on its own thread."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings

A = TypeVar("A")
B = TypeVar("B")


def size() -> int:
    """How many calls to Weibo one sweep has under way at most."""
    return getattr(settings, "WEITASK_POOL", 16)


def each(work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """`work` of every item, in their order. `work` turns its own errors into results and never touches the database."""
    given = list(items)
    if len(given) <= 1:
        return [work(item) for item in given]
    with ThreadPoolExecutor(max_workers=min(size(), len(given)), thread_name_prefix="weibo") as threads:
        return list(threads.map(work, given))
