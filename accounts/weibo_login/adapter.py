"""allauth's social adapter with our rules: login and connect both end in `weibo_binding.bind` (R1, R12, F49)."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import weibo_binding
from accounts.models import User, WeiboAccount
from accounts.weibo_login.oauth import Grant, grant_of
from weitask import clock
from weitask.models import SecurityEvent
from weitask.refusal import Refusal


class WeiboSocialAdapter(DefaultSocialAccountAdapter):
    """One Weibo account belongs to one login; whoever comes with it renews its token."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The one app, from the settings. The secret stays in the gateway."""
        if provider not in (None, "weibo"):
            return []
        return [SocialApp(provider="weibo", name=_("微博"), client_id=settings.WEIBO_APP_KEY)]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Bind before allauth goes on; for a new login `save_user` does it."""
        grant = grant_of(sociallogin)
        process = sociallogin.state.get("process")
        if grant is None or process == AuthProcess.REDIRECT:
            return
        if process == AuthProcess.CONNECT:
            if request.user.is_authenticated:
                self._bind(request, sociallogin, request.user)
            return
        if not sociallogin.is_existing:
            self._find_owner(request, sociallogin, grant)
        if sociallogin.is_existing:
            self._bind(request, sociallogin, sociallogin.user)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """A login by an unknown uid makes the user and the binding together, or neither."""
        try:
            with transaction.atomic():
                user = super().save_user(request, sociallogin, form)
                self._bind_or_refuse(sociallogin, user)
        except Refusal as refusal:
            raise self._turned_back(request, sociallogin, refusal) from refusal
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        return reverse("weibo_accounts")

    def validate_disconnect(self, account: SocialAccount, accounts: Any) -> None:
        """The login link is not cut alone: giving the authorisation back is on our own page."""
        raise ValidationError(_("请在“微博帐号”页面解除授权"))

    def _find_owner(self, request: HttpRequest, sociallogin: SocialLogin, grant: Grant) -> None:
        known = WeiboAccount.objects.filter(uid=grant.token.uid).select_related("user").first()
        if known is not None:
            sociallogin.connect(request, known.user)

    def _bind(self, request: HttpRequest, sociallogin: SocialLogin, user: User) -> None:
        try:
            self._bind_or_refuse(sociallogin, user)
        except Refusal as refusal:
            raise self._turned_back(request, sociallogin, refusal) from refusal

    def _bind_or_refuse(self, sociallogin: SocialLogin, user: User) -> None:
        grant = grant_of(sociallogin)
        if grant is None:
            raise Refusal("weibo_login_stale", _("登录已超时，请重新用微博登录"))
        weibo_binding.bind(user=user, token=grant.token, profile=grant.profile, now=clock.now())

    def _turned_back(self, request: HttpRequest, sociallogin: SocialLogin, refusal: Refusal) -> ImmediateHttpResponse:
        """Say why, leave a trace, and go where the user came from; nothing was bound."""
        user = request.user if request.user.is_authenticated else None
        SecurityEvent.objects.create(
            kind=SecurityEvent.Kind.WEIBO_BINDING_REFUSED,
            at=clock.now(),
            user=user,
            detail={"uid": sociallogin.account.uid, "code": refusal.code},
        )
        for problem in refusal.problems:
            messages.error(request, problem.message)
        target = reverse("weibo_accounts") if user else resolve_url(settings.LOGIN_URL)
        return ImmediateHttpResponse(HttpResponseRedirect(target))
