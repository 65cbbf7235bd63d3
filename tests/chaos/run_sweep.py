"""A worker as its own process: runs one sweep once at a given business time and leaves (`python -m …run_sweep`)."""

import sys
from datetime import datetime
from importlib import import_module

import django


def main(name: str, now: str) -> int:
    django.setup()
    import_module("orders.jobs")
    from weitask.sweeps import REGISTRY

    REGISTRY[name].run(datetime.fromisoformat(now))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
