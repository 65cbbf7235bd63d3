"""The demo data of `make run`: a season that ends now, so that every kind of task and order can be looked at."""

from datetime import timedelta

from django.core.management.base import BaseCommand

from accounts.models import User
from weitask import clock
from weitask.demo.rehearsal.season import Season
from weitask.demo.rehearsal.stage import play


def _write(season: Season) -> None:
    """Some tasks a month ago, so that orders are completed by now, and some in the last days."""
    season.write(tasks=10, days=3)
    recent = season.start + timedelta(days=31)
    for number in range(6):
        season.at(recent + number * timedelta(hours=8), lambda now, n=number: season.begin(20 + n, now))  # type: ignore[misc]


class Command(BaseCommand):
    help = "Fill an empty database with a market that has been running for a month (does nothing otherwise)."

    def handle(self, *args: object, **options: object) -> None:
        if User.objects.exists():
            self.stdout.write("there are users already; nothing to do")
            return
        clock.release()
        now = clock.now()
        start = (now - timedelta(days=33)).replace(minute=0, second=0, microsecond=0)
        season, _stepper = play(seed=7, start=start, accounts=24, write=_write, to=now)
        season.control.post("settings/", {"deliver": True})
        season.control.close()
        clock.release()
