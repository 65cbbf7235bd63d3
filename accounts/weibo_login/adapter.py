"""allauth's social adapter with our rules (R1, R3)."""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class WeiboSocialAdapter(DefaultSocialAccountAdapter):
    """Binding a Weibo account to one login only."""
