"""The one write lock of the process, and small values that outlive a restart."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from weitask.sandbox.models import Remembered

_write_lock = threading.RLock()


@contextmanager
def writing() -> Iterator[None]:
    """A write transaction. SQLite has one writer: queueing here is cheaper than its busy loop.

    Never sleep or call out inside.
    """
    with _write_lock, transaction.atomic():
        yield


def keep(key: str, value: Any) -> None:
    """Remember a JSON value under KEY."""
    row = Remembered(key=key, value=value)
    with writing():
        Remembered.objects.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=["value"])


def recall(key: str) -> Any:
    """The value under KEY, or None."""
    return Remembered.objects.filter(key=key).values_list("value", flat=True).first()
