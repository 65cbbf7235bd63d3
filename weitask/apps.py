from django.apps import AppConfig


class WeitaskConfig(AppConfig):
    name = "weitask"
    verbose_name = "平台"
