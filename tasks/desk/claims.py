"""Claim while reading: others see who reads and turn to the next one. It never blocks a decision."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from accounts.models import User
from tasks.desk.models import Claim
from tasks.models import Submission

LENGTH: Final = timedelta(minutes=5)


def take(*, submission: Submission, by: User, now: datetime) -> Claim:
    """Claim a submission, or keep one's claim alive; answers whose claim stands, one's own or another's."""
    free = Q(by=by) | Q(until__lte=now)
    taken = Claim.objects.filter(free, submission=submission).update(by=by, until=now + LENGTH)
    if not taken:
        mine = Claim(submission=submission, by=by, until=now + LENGTH)
        Claim.objects.bulk_create([mine], ignore_conflicts=True)
    return Claim.objects.select_related("by").get(submission=submission)


def release(*, submission: Submission, by: User) -> None:
    """Give one's own claim back; another's stands."""
    Claim.objects.filter(submission=submission, by=by).delete()
