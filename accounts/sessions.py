"""Sessions in the database, as Django keeps them; read by a written-out statement: every page begins with it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection

_LIVE = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()"


class SessionStore(db.SessionStore):
    """Django's own, but for the reading."""

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_LIVE, [self.session_key])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return dict(self.decode(row[0]))
