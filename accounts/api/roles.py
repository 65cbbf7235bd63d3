"""Whom a path is for. The path decides the role, not the workspace chosen for the pages (spec 7)."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import access, workspace
from accounts.models import Advertiser, Identity, User
from weitask import proof
from weitask.rest.views import ApiView


class RolePermission(BasePermission):
    """Without the role a list is refused, and a single row is not there (R5)."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if self.holds(user_of(request)):
            return True
        if view.kwargs:
            raise Http404
        return False

    def holds(self, user: User) -> bool:
        """Whether the user has the role."""
        raise NotImplementedError


class IsAdvertiser(RolePermission):
    message = _("仅限广告主（个人用户或企业用户）")

    def holds(self, user: User) -> bool:
        return hasattr(user, "advertiser")  # read along with the token


class IsOwner(RolePermission):
    message = _("仅限自媒体帐号主")

    def holds(self, user: User) -> bool:
        return Identity.MEDIA in workspace.identities(user)


class IsReviewer(BasePermission):
    """任务审核 or 帐号审核, by the permission the view names. Refused before anything is looked up.

    What the desk asks for is asked for here too; a token shows no second factor.
    """

    message = _("您没有执行此操作的权限")

    def has_permission(self, request: Request, view: Any) -> bool:
        user = user_of(request)
        if not (user.is_active and user.is_staff and user.has_perm(view.decides)):
            return False
        self.message = _("请先经两步验证登录网站，以其会话访问")
        return proof.of_second_step(request._request)


class AdvertiserView(ApiView):
    """A path for advertisers; everything starts from `advertiser()`."""

    permission_classes = [IsAuthenticated, IsAdvertiser]

    def advertiser(self, request: Request) -> Advertiser:
        """The caller's own advertiser profile."""
        return user_of(request).advertiser


class OwnerView(ApiView):
    """A path for owners; everything starts from `owner()`."""

    permission_classes = [IsAuthenticated, IsOwner]

    def owner(self, request: Request) -> User:
        """The caller."""
        return user_of(request)


class ReviewView(ApiView):
    """A path for reviewers."""

    permission_classes = [IsAuthenticated, IsReviewer]
    decides = access.DECIDE_TASKS
    moves_money = True


def user_of(request: Request) -> User:
    """The authenticated caller."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
