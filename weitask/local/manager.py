"""honcho's manager with the two things it lacks: an order of stopping, and the name of who stopped first."""

import signal
import time
from collections.abc import Callable, Sequence

import psutil
from honcho.manager import Manager

from weitask.local.server import is_alive

STAGE_SECONDS = 15.0  # a warm shutdown of a worker waits for its job, and every outside call ends within 15 s
_POLL_SECONDS = 0.05


class OrderedManager(Manager):
    """Runs processes until one ends or a signal comes, then stops the others stage by stage."""

    _terminating: bool  # of honcho, which is untyped

    def __init__(self, *, stages: Sequence[Sequence[str]], when_started: Callable[[], None]) -> None:
        super().__init__()
        self.stages = stages
        self.when_started = when_started
        self.crashed: tuple[str, int] | None = None

    def _start(self) -> None:
        super()._start()
        self.when_started()

    def terminate(self) -> None:
        """Stop all: TERM to each process alone (a worker ends its own children), KILL to the group of a late one.

        A second Ctrl-C does not shorten this: what it would cut off is money on its way.
        """
        if self._terminating:
            return
        self._terminating = True
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self.returncode is None or self.returncode not in (130, 143):
            self.crashed = self._first_to_stop()
        for stage in self.stages:
            self._stop_stage([self._processes[name].get("pid") for name in stage if name in self._processes])

    def _first_to_stop(self) -> tuple[str, int] | None:
        for name, known in self._processes.items():
            if known.get("returncode") is not None:
                return name, int(known["returncode"])
        return None

    def _stop_stage(self, numbers: list[int | None]) -> None:
        processes = [found for number in numbers if number and (found := _find(number)) is not None]
        for process in processes:
            if is_alive(process):
                process.terminate()
        deadline = time.monotonic() + STAGE_SECONDS
        while any(is_alive(process) for process in processes) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        for process in processes:
            if is_alive(process):
                self._procmgr.kill(process.pid)


def _find(number: int) -> psutil.Process | None:
    try:
        return psutil.Process(number)
    except psutil.NoSuchProcess:
        return None
