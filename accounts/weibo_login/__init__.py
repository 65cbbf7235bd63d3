"""Weibo login and binding through allauth, with addresses from the settings (protocols/weibo.md 13)."""
