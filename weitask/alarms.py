"""Alarms: what a person must look at. One open alarm per kind and key."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import connection

from weitask.models import Alarm

if TYPE_CHECKING:
    from accounts.models import User

_RAISE: Final = """
INSERT INTO weitask_alarm (kind, key, text, raised_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (kind, key) WHERE resolved_at IS NULL DO NOTHING
"""


def raise_alarm(*, kind: Alarm.Kind, key: str, text: str, now: datetime) -> bool:
    """Raise an alarm; True when it is a new one, False when the same one is open already.

    The text is stored for every operator, so it is written in the source language (`gettext_noop`), whoever acts.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [kind, key, text, now])
        return cursor.rowcount == 1


def resolve_alarm(*, kind: Alarm.Kind, key: str, by: "User | None", now: datetime) -> bool:
    """Close the open alarm of this kind and key, if there is one."""
    open_one = Alarm.objects.filter(kind=kind, key=key, resolved_at=None)
    return open_one.update(resolved_at=now, resolved_by=by) == 1
