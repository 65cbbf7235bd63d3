"""Where it is played: the sandbox told to wait for us, the clock pinned, every sweep known, Sina able to reach us."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from weitask import clock, sweeps
from weitask.celery import app
from weitask.demo.control import Control
from weitask.demo.rehearsal.endpoint import listening
from weitask.demo.rehearsal.market import gather
from weitask.demo.rehearsal.script import Script
from weitask.demo.rehearsal.weather import Weather
from weitask.demo.stepping import Busy, Stepper

AT_MOST = timedelta(minutes=10)  # of real time


@dataclass(frozen=True)
class Season:
    """What to play: the seed, when it begins and ends, how many 自媒体帐号 take part."""

    seed: int
    start: datetime
    to: datetime
    accounts: int


def play(*, season: Season, write: Callable[[Script], None]) -> tuple[Script, Stepper]:
    """Play a season on an empty database and an empty sandbox; the clock stays pinned at its end.

    Raises:
        Busy: somebody else is stepping the clock.
    """
    app.loader.import_default_modules()
    owner = f"stepper:{sweeps.me()}"
    control = Control()
    with sweeps.lease(sweeps.STEPPING, owner=owner, length=AT_MOST) as held, listening():
        if not held:
            raise Busy
        control.post("reset/")
        control.post("settings/", {"refuse_repeats": False, "rate_limits": False})
        clock.pin(at=season.start)
        control.tick(now=season.start)
        cast = gather(control=control, seed=season.seed, accounts=season.accounts, now=season.start)
        script = Script(cast, season.start, Weather(control=control, seed=season.seed))
        write(script)
        stepper = Stepper(
            control=control,
            move_clock=_pinned,
            scripted=script.next_scripted,
            act=script.act,
            owner=owner,
        )
        stepper.walk(start=season.start, to=season.to)
        script.weather.clear()
    return script, stepper


def _pinned(moment: datetime) -> datetime:
    clock.pin(at=moment)
    return moment
