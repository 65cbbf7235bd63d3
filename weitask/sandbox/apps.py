"""The sandbox's only Django app."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Weibo, Sina Pay and the control interface in one app with one database."""

    name = "weitask.sandbox"
    label = "sandbox"
    default_auto_field = "django.db.models.BigAutoField"
