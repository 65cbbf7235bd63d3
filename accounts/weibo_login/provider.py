"""Weibo as a way to log in; replaces allauth's own provider, whose addresses are fixed (weibo.md 13)."""

from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount, ProviderException
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from django.utils.translation import gettext_lazy as _

from accounts.weibo_login.oauth import WeiboOAuth2Adapter


class WeiboProviderAccount(ProviderAccount):
    """The login link as allauth's pages show it."""

    def to_str(self) -> str:
        return f"@{self.account.extra_data.get('screen_name', self.account.uid)}"


class WeiboProvider(OAuth2Provider):
    id = "weibo"
    name = _("微博")
    account_class = WeiboProviderAccount
    oauth2_adapter_class = WeiboOAuth2Adapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        if not data.get("idstr"):
            raise ProviderException("no idstr")
        return str(data["idstr"])

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, str]:
        """A user name that a changed nickname does not touch; the nickname is what people read."""
        return {"username": f"weibo_{data['idstr']}", "first_name": str(data["screen_name"])[:150]}


provider_classes = [WeiboProvider]
