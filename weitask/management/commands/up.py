"""`manage.py up`: the same as `make run`."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from weitask.local.environment import local_folder
from weitask.local.failure import LocalError
from weitask.local.ports import from_environment
from weitask.local.runner import up
from weitask.local.server import leave_in_order


class Command(BaseCommand):
    """Starts every process of Weitask on this machine and stops them in order."""

    help = "Starts the embedded servers, site, workers, beat and sandbox; Ctrl-C stops all (WEB_PORT, SANDBOX_PORT)."
    requires_system_checks: list[str] = []  # the processes check themselves, with their own environment

    def handle(self, **_: Any) -> None:
        """Run until Ctrl-C or TERM."""
        leave_in_order()
        try:
            up(folder=local_folder(), ports=from_environment(os.environ))
        except LocalError as error:
            raise CommandError(str(error)) from error
