"""`rehearse --days 37 --seed 7 --json`: the whole market in a scratch database, and one JSON object at the end."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from weitask.demo.process import Sandbox
from weitask.demo.rehearsal.report import report
from weitask.demo.rehearsal.stage import play
from weitask.periods import SHANGHAI

START = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)
MUST_BE_ZERO = ("double_posts", "orders_without_final_state", "ledger_drift_fen")


class Command(BaseCommand):
    help = "Play a scripted market through the real code and the real sandbox; exits 1 when a promise is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--days", type=int, default=37)
        parser.add_argument("--tasks", type=int, default=42)
        parser.add_argument("--accounts", type=int, default=50)
        parser.add_argument("--json", action="store_true", help="accepted for clarity; the last line always is JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        name = settings.DATABASES["default"]["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            with TemporaryDirectory() as folder, Sandbox(Path(folder)) as sandbox:
                sandbox.point_settings()
                found = self._play(options)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
        self.stdout.write(json.dumps(found, ensure_ascii=False))
        if any(found[key] for key in MUST_BE_ZERO) or found["audit"] != "clean":
            sys.exit(1)

    def _play(self, options: dict[str, Any]) -> dict[str, Any]:
        season, _stepper = play(
            seed=options["seed"],
            start=START,
            accounts=options["accounts"],
            write=lambda season: season.write(tasks=options["tasks"], days=6),
            to=START + timedelta(days=options["days"]),
        )
        found = report(season=season)
        season.control.close()
        return found
