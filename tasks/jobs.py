"""The sweeps of tasks."""

from tasks import lateness, review
from weitask.sweeps import Sweep, register

register(
    Sweep(
        name="tasks.lapse",
        run=lambda now: review.lapse_due(now) + lateness.alarm_due(now),
        next_due=review.lapse_next,
    )
)
register(Sweep(name="tasks.begin", run=review.begin_due, next_due=review.begin_next))
