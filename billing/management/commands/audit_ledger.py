"""`manage.py audit_ledger`: prove the invariants of the money. Exit code 0 clean, 1 violated, 2 could not run."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from billing import audit
from weitask.periods import SHANGHAI

CLEAN, VIOLATED, COULD_NOT_RUN = 0, 1, 2


class Command(BaseCommand):
    help = "Prove the invariants of the money, each with one SQL statement that must return no row."
    requires_system_checks = ()  # a failing check exits 1, which here means a violated book

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--as-of", help="ISO moment by which overdue is judged (Shanghai when it has no offset)")
        parser.add_argument("--rule", action="append", default=[], help="only this rule, e.g. L10; may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit by the code; a broken database or an unknown rule must never look like a clean book."""
        try:
            violations = audit.run(only=options["rule"], as_of=_moment(options["as_of"]))
        except Exception as error:
            self._print(options, {"audit": "failed", "error": f"{type(error).__name__}: {error}"})
            sys.exit(COULD_NOT_RUN)
        rows = [{"rule": one.rule, "row": one.row} for one in violations]
        broken = sorted({one.rule for one in violations})
        self._print(options, {"audit": "violated" if broken else "clean", "rules": broken, "violations": rows})
        sys.exit(VIOLATED if broken else CLEAN)

    def _print(self, options: dict[str, Any], result: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))
            return
        self.stdout.write(" ".join([result["audit"], *result.get("rules", [])]))
        for one in result.get("violations", []):
            self.stdout.write(f"{one['rule']} {json.dumps(one['row'], ensure_ascii=False, default=str)}")
        if "error" in result:
            self.stdout.write(result["error"])


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
