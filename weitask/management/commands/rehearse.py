"""`rehearse --days 37 --seed 7 --json`: the whole market in a scratch database, and one JSON object at the end."""

import gc
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from weitask.demo.process import Sandbox
from weitask.demo.rehearsal.report import broken, report
from weitask.demo.rehearsal.script import MENDED, Script
from weitask.demo.rehearsal.stage import Season, play
from weitask.local.server import leave_in_order
from weitask.periods import SHANGHAI

START = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)  # a Monday
DAYS, TASKS, ACCOUNTS = 37, 38, 50  # a whole season
WEEK = 7
RUBBISH = 200_000  # objects between two collections; a season makes little that is not gone with its last name


class Command(BaseCommand):
    help = "Play a scripted market through the real code and the real sandbox; exits 1 when a promise is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--days", type=int, default=DAYS)
        parser.add_argument("--tasks", type=int, default=TASKS)
        parser.add_argument("--accounts", type=int, default=ACCOUNTS)
        parser.add_argument("--json", action="store_true", help="accepted for clarity; the last line always is JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        leave_in_order()
        logging.disable(logging.WARNING)  # hundreds of faults are on purpose; what goes wrong beyond them is an error
        whole = options["days"] >= DAYS and options["tasks"] >= TASKS and options["accounts"] >= ACCOUNTS
        gc.set_threshold(RUBBISH)
        with _scratch_database(), TemporaryDirectory() as folder, Sandbox(Path(folder)) as sandbox:
            sandbox.point_settings()
            settings.MEDIA_ROOT = Path(folder) / "media"
            found = self._play(options)
        bad = broken(found, whole=whole)
        if bad:
            self.stderr.write(f"broken: {', '.join(bad)}")
        self.stdout.write(json.dumps(found, ensure_ascii=False))
        if bad:
            sys.exit(1)

    def _play(self, options: dict[str, Any]) -> dict[str, Any]:
        days = options["days"]
        season = Season(options["seed"], START, START + timedelta(days=days), options["accounts"])

        def write(script: Script) -> None:
            script.write(tasks=options["tasks"], days=min(days, WEEK))
            script.open_desk(until=season.to)
            script.mend_cards(*MENDED)

        script, stepper = play(season=season, write=write)
        self.stderr.write(f"{stepper.moments} moments, {sum(stepper.ran.values())} rows moved by sweeps")
        try:
            return report(script=script)
        finally:
            script.control.close()


@contextmanager
def _scratch_database() -> Iterator[None]:
    """A database of this process alone on the given server, dropped at the end; `DATABASE_URL`'s own is not touched."""
    name = settings.DATABASES["default"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = scratch = f"rehearsal_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    with connection.cursor() as cursor:  # nobody will want it back after a power cut
        cursor.execute(f"ALTER DATABASE {scratch} SET synchronous_commit = off")
    connection.close()  # what is opened from here on does not wait for the disk
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
