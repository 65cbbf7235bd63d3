"""`weibo/login/` and `weibo/login/callback/` below allauth's prefix."""

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from accounts.weibo_login.provider import WeiboProvider

urlpatterns = default_urlpatterns(WeiboProvider)
