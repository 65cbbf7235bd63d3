"""What is due by a moment: payouts, late payments, closing orders, notifications, expired tokens (spec 8)."""

import logging
import threading
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Min

from weitask.sandbox import clock, memory
from weitask.sandbox.models import Delivery, Deposit, Payout
from weitask.sandbox.sinapay import deposits, notifications, payouts
from weitask.sandbox.weibo import tokens

_EVERY_SECONDS = 1.0
_one_at_a_time = threading.Lock()
_log = logging.getLogger(__name__)


def run(now: datetime) -> dict[str, Any]:
    """Do what is due; answer what was done and when something is due next (counts grow by reading alone)."""
    with _one_at_a_time:
        done = {**deposits.settle_due(now), **payouts.settle_due(now)}
        done["notifications"] = notifications.deliver_due(now)
        with memory.writing():
            done["tokens_expired"] = tokens.note_expired(now=now)
        return {"did": done, "now": clock.iso(now), "next_due": clock.iso(_next_due())}


def start_in_background() -> None:
    """Tick in real time for as long as the process lives."""
    if settings.SANDBOX_TICK:
        threading.Thread(target=_forever, name="sandbox-tick", daemon=True).start()


def _next_due() -> datetime | None:
    """The earliest thing that waits. A token's expiry is seen by whoever uses it and needs no tick."""
    waiting = Deposit.objects.filter(state="PROCESSING")
    moments = (
        waiting.aggregate(at=Min("pay_due_at"))["at"],
        waiting.aggregate(at=Min("closes_at"))["at"],
        Payout.objects.aggregate(at=Min("due_at"))["at"],
        Delivery.objects.aggregate(at=Min("due_at"))["at"],
    )
    return min((at for at in moments if at), default=None)


def _forever() -> None:
    while True:
        time.sleep(_EVERY_SECONDS)
        try:
            run(clock.now())
        except Exception:
            # The next second tries again; a demo must not lose its bank over one bad notification.
            _log.exception("tick failed")
