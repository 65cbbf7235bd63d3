"""The demo data of `make run`: a market of a month that ends now, so that every kind of task and order can be seen."""

import logging
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import User
from weitask import clock
from weitask.demo.rehearsal.present import leave_open
from weitask.demo.rehearsal.script import Script
from weitask.demo.rehearsal.stage import Season, play

SEED, ACCOUNTS, DAYS = 7, 24, 33
TASKS, FIRST_DAYS = 10, 3
SETTLE_SECONDS = 60  # what the sandbox's bank takes by default


class Command(BaseCommand):
    help = "Fill an empty database with a market that has been running for a month (does nothing otherwise)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=DAYS, help="fewer are quicker; 10 have a Friday that pays, 33 completed orders"
        )

    def handle(self, *args: object, days: int, **options: object) -> None:
        if User.objects.exists():
            self.stdout.write("there are users already; nothing to do")
            return
        logging.disable(logging.WARNING)  # the faults of the script are on purpose
        clock.release()
        end = clock.now().replace(second=0, microsecond=0)
        start = (end - timedelta(days=days)).replace(minute=0)

        def write(script: Script) -> None:
            script.write(tasks=TASKS, days=FIRST_DAYS)
            leave_open(script, end=end)

        script, _stepper = play(season=Season(SEED, start, end, ACCOUNTS), write=write)
        script.control.post("settings/", {"settle_delay": SETTLE_SECONDS})
        script.control.close()
        clock.release()
