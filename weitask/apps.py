from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WeitaskConfig(AppConfig):
    name = "weitask"
    verbose_name = "平台"

    def ready(self) -> None:
        """Every process knows every sweep: workers run them, healthz judges them, the demo bar steps through them."""
        autodiscover_modules("jobs")
