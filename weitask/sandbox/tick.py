"""What is due by a moment: payouts, late payments, closing orders, notifications, expired tokens (spec 8)."""

import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from weitask.sandbox import clock, memory
from weitask.sandbox.sinapay import deposits, notifications, payouts
from weitask.sandbox.weibo import tokens

_EVERY_SECONDS = 1.0
_one_at_a_time = threading.Lock()
_KINDS = (
    *("deposits_paid", "deposits_closed", "payouts_settled", "payouts_returned"),
    *("notifications", "tokens_expired"),
)
_MOMENTS = """
SELECT (SELECT min(pay_due_at) FROM sandbox_deposit WHERE state = 'PROCESSING'),
       (SELECT min(closes_at) FROM sandbox_deposit WHERE state = 'PROCESSING'),
       (SELECT min(due_at) FROM sandbox_payout), (SELECT min(due_at) FROM sandbox_delivery),
       (SELECT min(expires_at) FROM sandbox_token WHERE refusal = 0)
"""
_log = logging.getLogger(__name__)


def run(now: datetime) -> dict[str, Any]:
    """Do what is due; answer what was done and when something is due next (counts grow by reading alone)."""
    with _one_at_a_time:
        done = dict.fromkeys(_KINDS, 0)
        due, expiry = _moments()
        if due is not None and due <= now:
            done |= {**deposits.settle_due(now), **payouts.settle_due(now)}
            done["notifications"] = notifications.deliver_due(now)
            due, expiry = _moments()
        if expiry is not None and expiry <= now:
            with memory.writing():
                done["tokens_expired"] = tokens.note_expired(now=now)
        return {"did": done, "now": clock.iso(now), "next_due": clock.iso(due)}


def start_in_background() -> None:
    """Tick in real time for as long as the process lives."""
    if settings.SANDBOX_TICK:
        threading.Thread(target=_forever, name="sandbox-tick", daemon=True).start()


def _moments() -> tuple[datetime | None, datetime | None]:
    """The earliest thing that waits, and the first expiry of a token, which whoever uses it sees without a tick.

    Bare SQL in one go: a rehearsal asks thousands of times, and hardly ever is anything due.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MOMENTS)
        *waiting, expiry = (at and datetime.fromisoformat(at).replace(tzinfo=UTC) for at in cursor.fetchone())
    return min(filter(None, waiting), default=None), expiry


def _forever() -> None:
    while True:
        time.sleep(_EVERY_SECONDS)
        try:
            run(clock.now())
        except Exception:
            # The next second tries again; a demo must not lose its bank over one bad notification.
            _log.exception("tick failed")
