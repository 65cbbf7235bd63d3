"""What a person of the desk may do here: look, and decide through the verbs; nothing is typed into rows."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.access import DECIDE_TASKS
from accounts.admin.linking import LookedAt
from accounts.models import User


def person(request: HttpRequest) -> User:
    """Who is at the desk."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class LookOnly(LookedAt):
    """Rows of the review desk: looked at, and decided by who may."""

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For the actions: 任务审核."""
        return request.user.has_perm(DECIDE_TASKS)
