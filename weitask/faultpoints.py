"""Named points where a test may break the process (faults K1); nothing happens unless the environment says so.

`WEITASK_FAULT="publish.before_send:kill"` kills this process the moment it comes by that point. Actions: `kill`
(SIGKILL), `stop` (SIGSTOP), `raise`, `sleep=SECONDS`. Several, separated by commas, may be given. With
`WEITASK_FAULT_ONCE=/path/prefix` each point strikes once only, however many processes come by: the first one leaves a
file named after the point, which is also the proof that it was hit.
"""

import logging
import os
import signal
import time
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)
ENVIRONMENT: Final = "WEITASK_FAULT"
ONCE: Final = "WEITASK_FAULT_ONCE"


class InjectedFault(Exception):
    """What the action `raise` raises."""


def _parsed(text: str) -> dict[str, str]:
    pairs = (entry.partition(":") for entry in text.split(",") if entry.strip())
    return {name.strip(): action.strip() for name, _, action in pairs}


_ARMED: Final = _parsed(os.environ.get(ENVIRONMENT, ""))


def hit(name: str) -> None:
    """Come by a point. Free when nothing is armed."""
    if _ARMED and name in _ARMED and _first(name):
        _act(name, _ARMED[name])


def _first(name: str) -> bool:
    prefix = os.environ.get(ONCE)
    if not prefix:
        return True
    try:
        with Path(f"{prefix}{name}").open("x"):
            return True
    except FileExistsError:
        return False


def _act(name: str, action: str) -> None:
    logger.warning("fault point %s: %s", name, action)
    verb, _, argument = action.partition("=")
    if verb == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif verb == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif verb == "sleep":
        time.sleep(float(argument))
    elif verb == "raise":
        raise InjectedFault(name)
    else:
        message = f"unknown action at {name}: {action}"
        raise ValueError(message)
