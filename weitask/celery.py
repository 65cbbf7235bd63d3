"""The Celery app and THE timetable: every beat entry is a registered sweep at an interval (spec 9).

A message carries a name, never an order: the table is the queue and Celery is the doorbell (architecture 1.2).
"""

import os
import time
from typing import Final

from celery import Celery
from celery.schedules import schedule
from celery.signals import task_prerun
from django.db import close_old_connections

from weitask import clock, sweeps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weitask.settings")
app = Celery("weitask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


# Sweep → seconds between two bells, and the queue it is rung on. A bell only makes somebody look: what is due stands
# in the tables, so these numbers decide how soon, never what. At rest they are most of what the stack costs: a bell and
# its look take some 15 ms of CPU in four processes (docs/performance.md), so none rings oftener than somebody notices.
# Posting keeps the second all the same, because its look stays for a start before the next bell.
TIMETABLE: Final[dict[str, tuple[float, str]]] = {
    # An order's way, in its order.
    "tasks.lapse": (10, "checks"),  # selections whose start passed in review; the alarm half an hour before (A15)
    "tasks.begin": (10, "checks"),  # approved tasks at their first start
    "orders.standing": (10, "checks"),  # what the standing rules of owners accept (R61)
    "orders.expire": (5, "checks"),  # nobody answered by the start: 流单 (R63)
    "orders.publish": (3, "publish"),  # posts whose minute has come, made ready in the minute before (R80)
    "orders.reconcile": (10, "publish"),  # posts of unknown fate, from 180 s after sending (R81)
    "orders.halts": (10, "checks"),  # orders on the wire when their task was stopped (F45)
    "orders.readings": (10, "checks"),  # is the post still there; 24 hours and 30 days (R82-R84)
    "orders.counts": (60, "checks"),  # reposts, comments, likes (R87)
    "orders.close": (60, "checks"),  # tasks that are over
    # Money.
    "billing.topups": (10, "money"),  # recharges whose notice was lost (F27)
    "orders.settle": (60, "money"),  # a Friday cut-off without a batch (R126)
    "billing.payouts.send": (10, "money"),  # attempts to send
    "billing.payouts.query": (10, "money"),  # attempts without a final answer (F30)
    "billing.payouts.retry": (60, "money"),  # failed payouts, daily and after a card was mended (R128)
    "billing.alarms": (60, "money"),  # what stays unknown or unpaid too long (A33, L24)
    "orders.goodwill": (60, "money"),  # stops that were our own fault (A22)
    # People.
    "orders.digests": (15, "notices"),  # how many accepted, at the first start and the last (R65, A20)
    "orders.reminders": (15, "notices"),  # unanswered orders: 24 h, 2 h, 30 min before their start (R69)
    "accounts.notices": (10, "notices"),  # Weibo notices out of the outbox (R69)
    "accounts.tokens": (15, "checks"),  # authorisations that end, and the reminders before (A25)
    "accounts.suspensions": (60, "checks"),  # suspensions that come to their date (R64)
    "accounts.profiles": (20, "notices"),  # followers and verification, daily
    "orders.ratings": (300, "checks"),  # daily at 04:00 (A42)
    # The house.
    "weitask.exports": (10, "notices"),  # workbooks too long for a page to wait for (R89)
    "weitask.idempotency": (3600, "checks"),  # answers older than 48 hours (spec 7)
}
TO_THE_SECOND: Final = {"orders.publish"}  # whose look stays for what is due before the next bell


@app.task(name="weitask.look", ignore_result=True)
def look(name: str) -> int:
    """One look of one sweep at the business time of the database; returns the rows it moved."""
    done = sweeps.look(name, now=clock.now())
    if name in TO_THE_SECOND and (wait := _until_due(name)):
        time.sleep(wait)
        done += sweeps.look(name, now=clock.now())
    return done


def _until_due(name: str) -> float:
    """Seconds until a sweep has work again, when that is before its next bell; else 0."""
    now = clock.now()
    due = sweeps.REGISTRY[name].next_due(now)
    wait = (due - now).total_seconds() if due else 0.0
    return wait if 0 < wait < TIMETABLE[name][0] else 0.0


@task_prerun.connect
def fresh_connection(**_: object) -> None:
    """As before a request: a connection that broke, or is older than CONN_MAX_AGE, is opened anew (F11)."""
    close_old_connections()


@app.on_after_finalize.connect
def timetable(sender: Celery, **_: object) -> None:
    """Enter every line of TIMETABLE; a late bell is dropped when the next one is due."""
    for name, (every, queue) in TIMETABLE.items():
        sender.conf.beat_schedule[name] = {
            "task": look.name,
            "schedule": schedule(every),
            "args": (name,),
            "options": {"queue": queue, "expires": every},
        }
