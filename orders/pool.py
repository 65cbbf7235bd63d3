"""A bounded pool of threads that do HTTP only (architecture 7): the caller claims and records, on its own thread."""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings

A = TypeVar("A")
B = TypeVar("B")
_making = threading.Lock()
_kept: tuple[int, int, ThreadPoolExecutor] | None = None


def size() -> int:
    """How many calls to Weibo one sweep has under way at most."""
    return getattr(settings, "WEITASK_POOL", 32)


def each(work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """`work` of every item, in their order. `work` turns its own errors into results and never touches the database."""
    given = list(items)
    if len(given) <= 1:
        return [work(item) for item in given]
    return list(_threads().map(work, given))


def _threads() -> ThreadPoolExecutor:
    """The threads of this process, kept for its life; after a fork they are the parent's and others are made."""
    global _kept
    with _making:
        if _kept is None or _kept[:2] != (os.getpid(), size()):
            _kept = (os.getpid(), size(), ThreadPoolExecutor(max_workers=size(), thread_name_prefix="weibo"))
        return _kept[2]
