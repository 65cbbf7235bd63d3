"""The OAuth2 conversation, spoken by our own gateway: its addresses, time-outs and errors (weibo.md 2 and 13)."""

from dataclasses import dataclass
from typing import Any, Final

from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from weitask.gateways import weibo
from weitask.gateways.errors import GatewayError

_GRANT: Final = "weibo_grant"


@dataclass(frozen=True)
class Grant:
    """What Weibo gave for one login code. Lives in memory during the callback, never in the session."""

    token: weibo.Token
    profile: weibo.User


def grant_of(login: SocialLogin) -> Grant | None:
    """The token and profile that came with a login; None for one that was put into a session meanwhile."""
    return getattr(login, _GRANT, None)


class WeiboOAuth2Adapter(OAuth2Adapter):
    provider_id = "weibo"
    scope_delimiter = ","

    @property
    def access_token_url(self) -> str:
        return f"{settings.WEIBO_API_BASE}/oauth2/access_token"

    @property
    def authorize_url(self) -> str:
        return f"{settings.WEIBO_AUTHORIZE_BASE}/oauth2/authorize"

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """The registered address. A demo may be opened as localhost or 127.0.0.1 and stays where it is."""
        path = reverse("weibo_callback")
        return request.build_absolute_uri(path) if settings.DEMO else f"{settings.SITE_URL}{path}"

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: OAuth2Client, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        """Exchange the code, once. A used or stale one is refused by Weibo (F49)."""
        try:
            token = weibo.client().exchange_code(code=request.GET["code"], redirect_uri=client.callback_url)
        except GatewayError as error:
            raise OAuth2Error(f"no token: {error.code}") from error
        self.did_fetch_access_token = True
        return {"access_token": token.access_token, "granted": token}

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """An empty stand-in: the token is kept by `accounts.weibo_binding` alone, sealed (R12)."""
        return SocialToken(token="")

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Read the profile and hand both on to `WeiboSocialAdapter`."""
        granted: weibo.Token = kwargs["response"]["granted"]
        try:
            profile = weibo.client().user(token=granted.access_token, uid=granted.uid)
        except GatewayError as error:
            raise ProviderException(f"no profile: {error.code}") from error
        facts = {"idstr": profile.uid, "screen_name": profile.screen_name}
        login = self.get_provider().sociallogin_from_response(request, facts)
        setattr(login, _GRANT, Grant(granted, profile))
        return login
