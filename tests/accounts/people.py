"""Staff with the rights of one group, and what a person showed beside the session."""

import time
from datetime import datetime
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.base import SessionBase

from accounts import access, suspensions
from accounts.models import AccountDecision, MediaAccount, User
from tests.factories import UserFactory


def in_group(name: str, **changes: Any) -> User:
    """A staff member of one of `access.GROUPS`."""
    user = UserFactory(staff=True, **changes)
    user.groups.add(Group.objects.get(name=name))
    return user


def make_reviewer(**changes: Any) -> User:
    """Somebody of 帐号审核."""
    return in_group(access.ACCOUNT_REVIEW, **changes)


def prove(session: SessionBase, user: User, **record: Any) -> None:
    """Write down in a session, as allauth does, that its user was asked for the password again a moment ago."""
    proof = {"method": "password", "at": time.time(), "reauthenticated": True, **record}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [proof]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def suspend(account: MediaAccount, *, now: datetime, reason: str = "流单过多", **changes: Any) -> AccountDecision:
    """暂停交易 by two reviewers; `by` names the second one, `until` the end."""
    by = changes.pop("by", None) or make_reviewer()
    suspensions.propose(account=account, reason=reason, by=make_reviewer(), now=now, **changes)
    return suspensions.confirm(account=account, by=by, now=now)
