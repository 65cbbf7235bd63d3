"""Where it is played: the sandbox told to wait for us, the clock pinned, every sweep known."""

import random
from collections.abc import Callable
from datetime import datetime

from weitask import clock, sweeps
from weitask.celery import app
from weitask.demo.control import Control
from weitask.demo.rehearsal.cast import gather
from weitask.demo.rehearsal.season import Season
from weitask.demo.stepping import Stepper


def play(
    *, seed: int, start: datetime, accounts: int, write: Callable[[Season], None], to: datetime
) -> tuple[Season, Stepper]:
    """Play a season from `start` to `to` on an empty database and an empty sandbox; the clock stays pinned at `to`."""
    app.loader.import_default_modules()
    control = Control()
    control.post("reset/")
    control.post("settings/", {"refuse_repeats": False, "rate_limits": False, "deliver": False})
    clock.pin(at=start)
    control.tick(now=start)
    rng = random.Random(seed)  # noqa: S311 [a script, not a secret]
    season = Season(gather(control=control, rng=rng, accounts=accounts, now=start), start)
    write(season)
    owner = f"stepper:{sweeps.me()}"
    stepper = Stepper(
        control=control,
        move_clock=lambda moment: clock.pin(at=moment),
        scripted=season.next_scripted,
        act=season.act,
        owner=owner,
    )
    with sweeps.lease(sweeps.STEPPING, owner=owner):
        stepper.walk(start=start, to=to)
    return season, stepper
