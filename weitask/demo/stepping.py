"""Stepping the business clock forward through every moment at which something is due (spec 9).

The very sweeps of production run, one after the other, at each moment; the sandbox is ticked at each moment too.
"""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from weitask import clock, sweeps
from weitask.demo.agenda import Agenda
from weitask.demo.control import Control

ROUNDS: Final = 60  # at one moment; a sweep that still finds work after so many looks is a bug
BREATH: Final = timedelta(seconds=1)
WAITING: Final = timedelta(minutes=1)
AT_MOST: Final = timedelta(minutes=10)  # of real time from one moment to the next
OTHERS_WRITE: Final = 2.0  # seconds for which an answer about due work holds in a demo that people use meanwhile


class NeverSettles(RuntimeError):
    """Sweeps kept finding work at one moment."""


@dataclass
class Stepper:
    """Walks the clock. `after_moment` lets a rehearsal act (people answer, faults happen) between sweeps.

    Attributes:
        control: the sandbox.
        move_clock: sets the clock, `clock.pin` in a rehearsal, `clock.advance` in a running demo; answers what it shows
            then, which is later than asked when real time ran past the moment meanwhile.
        scripted: the next moment at which somebody acts, or None.
        act: does what is scripted at a moment.
        agenda: what is due when.
        ran: how many rows each sweep moved so far.
        moments: how many moments it stopped at.
    """

    control: Control
    move_clock: Callable[[datetime], datetime]
    scripted: Callable[[], datetime | None] = lambda: None
    act: Callable[[datetime], object] = lambda now: None
    owner: str = field(default_factory=lambda: f"stepper:{sweeps.me()}")
    agenda: Agenda = field(default_factory=Agenda)
    ran: Counter[str] = field(default_factory=Counter)
    moments: int = 0

    def walk(self, *, start: datetime, to: datetime) -> None:
        """Step from `start` to `to`, stopping wherever a sweep, the sandbox or the script has something due."""
        with self.agenda.watching():
            now = start
            while True:
                upcoming = self._settle(now)
                self.moments += 1
                if now >= to:
                    return
                now = self.move_clock(min([to, *(max(moment, now + BREATH) for moment in upcoming)]))

    def _settle(self, now: datetime) -> list[datetime]:
        """Run everything due at `now` until nothing is; answers the later moments at which something will be."""
        for _ in range(ROUNDS):
            self.act(now)
            tick = self.control.tick(now=now)
            if tick["did"]["notifications"]:
                self.agenda.forget()  # whoever took them wrote on a connection of its own
            done, upcoming = self._run_due(now)
            if not done and not sum(tick["did"].values()):
                foreign = tick["next_due"] and datetime.fromisoformat(tick["next_due"])
                return [moment for moment in (*upcoming, foreign, self.scripted()) if moment]
        message = f"sweeps still find work at {now.isoformat()} after {ROUNDS} rounds: {self.ran.most_common(5)}"
        raise NeverSettles(message)

    def _run_due(self, now: datetime) -> tuple[int, list[datetime]]:
        """One look of every sweep that is due: rows moved, and when each sweep is due next."""
        done, upcoming = 0, []
        for name in sorted(sweeps.REGISTRY):
            due = self.agenda.due(name, now=now)
            if due is None:
                continue
            if due > now:
                upcoming.append(due)
                continue
            moved = sweeps.look(name, now=now, owner=self.owner)
            if not moved:
                upcoming.append(now + WAITING)  # it looked and left it: ask again later
            self.ran[name] += moved
            done += moved
        return done, upcoming


def advance(*, to: datetime) -> Counter[str]:
    """Step a running demo to `to` under the stepping lease, real sweeps standing back; answers what ran.

    Raises:
        Busy: somebody else is stepping.
        ValueError: `to` is in the past of the business clock.
    """
    owner = f"stepper:{sweeps.me()}:{threading.get_ident()}"  # two steps of one web process are two steppers

    def move(moment: datetime) -> datetime:
        if not sweeps.take(sweeps.STEPPING, owner=owner, length=AT_MOST):
            raise Busy
        return _forward(moment)

    with sweeps.lease(sweeps.STEPPING, owner=owner, length=AT_MOST) as held:
        if not held:
            raise Busy
        start = clock.now()
        if to < start - BREATH:
            message = f"the clock only goes forward: {to.isoformat()}"
            raise ValueError(message)
        with closing(Control()) as control:
            stepper = Stepper(
                control=control,
                move_clock=move,
                owner=owner,
                agenda=Agenda(lasts=OTHERS_WRITE),
            )
            stepper.walk(start=start, to=to)
        return stepper.ran


def _forward(moment: datetime) -> datetime:
    with suppress(ValueError):  # the clock of a demo runs on: sweeps that took long may have outlasted the moment
        clock.advance(to=moment)
    return clock.now()


class Busy(RuntimeError):
    """Another step is under way."""
