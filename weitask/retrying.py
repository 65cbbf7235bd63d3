"""Another try for a transaction that lost a race inside PostgreSQL (architecture 7)."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import DatabaseError, connection

RETRY_STATES: Final = frozenset({"40001", "40P01", "55P03"})  # serialisation, deadlock, lock timeout
TRIES: Final = 5
_T = TypeVar("_T")


def retrying(work: Callable[[], _T]) -> _T:
    """Call `work`, which opens its own transaction, at most five times; only the three states above are retried."""
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except DatabaseError as error:
            state = getattr(error.__cause__, "pgcode", None)
            if attempt == TRIES or state not in RETRY_STATES or connection.in_atomic_block:
                raise
            time.sleep(random.uniform(0.005, 0.05) * attempt)
    raise AssertionError
