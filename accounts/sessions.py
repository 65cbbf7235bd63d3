"""Sessions in the database, as Django keeps them, and who they are of: every page begins with these two questions, so
both are written out once."""

from typing import Any, Final

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db import connection

from accounts.models import User
from weitask.questions import Rows

_PERSON: Final[Rows[User]] = Rows(lambda pk: User.objects.filter(pk=pk))
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


class Login(ModelBackend):
    """Django's own, but for who a session is of."""

    def get_user(self, user_id: Any) -> User | None:
        user = _PERSON.first(pk=user_id)
        return user if user and self.user_can_authenticate(user) else None
