"""The runner on stand-ins for the processes: `python -m tests.local.stand_ins FOLDER WEB SANDBOX [CRASHING]`."""

import sys
from pathlib import Path

from weitask.local import processes, runner
from weitask.local.failure import LocalError
from weitask.local.ports import Ports
from weitask.local.server import leave_in_order

SLEEPING = (
    "import signal, sys, time\n"
    "signal.signal(signal.SIGTERM, lambda *_: (print('asked to stop', flush=True), sys.exit(0)))\n"
    "print('sleeping', flush=True)\n"
    "time.sleep(60)\n"
)
DEAF = SLEEPING.replace("(print('asked to stop', flush=True), sys.exit(0))", "None")
CRASHING = "import time; time.sleep(1); raise SystemExit(3)"


def main(folder: str, web: str, sandbox: str, crashing: str = "", deaf: str = "") -> int:
    """Everything of `up` is real but the preparation and the programs."""
    names = [name for stage in processes.STOP_ORDER for name in stage]
    programs = dict.fromkeys(names, SLEEPING) | {crashing: CRASHING} | {deaf: DEAF}
    runner._prepare = lambda run: None
    runner._commands = lambda run: {name: [sys.executable, "-c", programs[name]] for name in names}
    leave_in_order()
    try:
        return runner.up(folder=Path(folder), ports=Ports(web=int(web), sandbox=int(sandbox)))
    except LocalError as error:
        sys.stdout.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
