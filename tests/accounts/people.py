"""Staff with the rights of one group."""

from typing import Any

from django.contrib.auth.models import Group

from accounts import access
from accounts.models import User
from tests.factories import UserFactory


def in_group(name: str, **changes: Any) -> User:
    """A staff member of one of `access.GROUPS`."""
    user = UserFactory(staff=True, **changes)
    user.groups.add(Group.objects.get(name=name))
    return user


def make_reviewer(**changes: Any) -> User:
    """Somebody of 帐号审核."""
    return in_group(access.ACCOUNT_REVIEW, **changes)
