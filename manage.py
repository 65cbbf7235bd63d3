#!/usr/bin/env python
"""Django's command line. Where the environment names no site, a command runs on the servers of this machine."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line


def local() -> list[str]:
    """What `python -m weitask.local` is asked to do instead; empty where the environment is complete."""
    command = (*sys.argv[1:2], "")[0]
    run = ["--", sys.executable, *sys.argv]
    if command == "rehearse" and "DATABASE_URL" not in os.environ:
        return ["exec", "--test", *run]  # on throw-away servers, whatever else runs
    if "SECRET_KEY" in os.environ:
        return []
    return ["up"] if command == "up" else ["exec", *run]


if __name__ == "__main__":
    if instead := local():
        os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parent)
        os.execv(sys.executable, [sys.executable, "-m", "weitask.local", *instead])  # noqa: S606 [our own module]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weitask.settings")
    execute_from_command_line(sys.argv)
