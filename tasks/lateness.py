"""The call for a reviewer: a selection in review starts soon (A15). It closes itself once nobody is needed any more."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from tasks.models import Submission
from weitask.alarms import raise_alarm, resolve_alarm
from weitask.models import Alarm
from weitask.periods import shanghai

ALARM: Final = Alarm.Kind.REVIEW_LATE
BATCH: Final = 1000


def alarm_due(now: datetime) -> int:
    """Call for a reviewer when a selection in review starts within half an hour."""
    with transaction.atomic():
        due = list(
            Submission.objects.due_alarm(now).select_for_update(skip_locked=True).order_by("alarm_at", "pk")[:BATCH]
        )
        for submission in due:
            text = gettext_noop("任务 #%(task)s 将于 %(when)s 开始，仍在审核中") % {
                "task": submission.task_id,
                "when": _start(submission),
            }
            raise_alarm(kind=ALARM, key=_key(submission), text=text, now=now)
        return Submission.objects.filter(pk__in=[one.pk for one in due]).update(alarm_at=None)


def calm(submission: Submission, *, now: datetime) -> None:
    """The review has ended, or the start it was late for has passed; the submission as it was until now.

    Asks the database only where an alarm was raised.
    """
    if submission.alarm_at is None and submission.next_start_at is not None:
        resolve_alarm(kind=ALARM, key=_key(submission), by=None, now=now)


def _key(submission: Submission) -> str:
    return f"{submission.pk}:{_start(submission)}"


def _start(submission: Submission) -> str:
    return f"{shanghai(submission.next_start_at):%m-%d %H:%M}" if submission.next_start_at else ""
