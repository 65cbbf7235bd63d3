"""The Celery app and THE timetable: every beat entry is a registered sweep at an interval (spec 9).

A message carries a name, never an order: the table is the queue and Celery is the doorbell (architecture 1.2).
"""

import os

from celery import Celery
from celery.schedules import schedule

from weitask import clock, sweeps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weitask.settings")
app = Celery("weitask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@app.task(name="weitask.look", ignore_result=True)
def look(name: str) -> int:
    """One look of one sweep at the business time of the database."""
    return sweeps.look(name, now=clock.now())


@app.on_after_finalize.connect
def timetable(sender: Celery, **_: object) -> None:
    """Enter every registered sweep; a late bell is dropped when the next one is due."""
    sender.loader.import_default_modules()
    for sweep in sweeps.REGISTRY.values():
        sender.conf.beat_schedule[sweep.name] = {
            "task": look.name,
            "schedule": schedule(sweep.every),
            "args": (sweep.name,),
            "options": {"queue": sweep.queue, "expires": sweep.every},
        }
