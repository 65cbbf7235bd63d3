"""One owner per data folder, held by the kernel: the lock ends with the process, however the process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from weitask.local.failure import LocalError

# POSIX record locks never conflict inside one process, so we remember our own.
_held: set[Path] = set()


@contextmanager
def holding(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold `folder` for the block; when someone else does, raise LocalError, or wait for the end.

    A record lock (lockf) and not flock: forked children must not inherit it, or a dead owner seems alive.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if folder in _held or not _take(descriptor, wait=wait):
            raise LocalError(f"{folder} is in use by process {path.read_text().strip() or '?'}; stop that one first.")
        _held.add(folder)
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
            yield
        finally:
            _held.discard(folder)
    finally:
        os.close(descriptor)


def is_held(folder: Path) -> bool:
    """True while a living process (this one included) holds the folder."""
    folder = folder.resolve()
    if folder in _held:
        return True
    path = folder / "lock"
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        return not _take(descriptor, wait=False)
    finally:
        os.close(descriptor)


def _take(descriptor: int, *, wait: bool) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True
