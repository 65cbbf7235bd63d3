#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    if sys.argv[1:2] == ["rehearse"] and "DATABASE_URL" not in os.environ:
        # It needs no running server: throw-away ones are started around it.
        own = [sys.executable, "-m", "weitask.local", "exec", "--test", "--", sys.executable]
        os.execv(sys.executable, [*own, *sys.argv])  # noqa: S606 [our own module]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weitask.settings")
    execute_from_command_line(sys.argv)
