from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WeitaskConfig(AppConfig):
    name = "weitask"
    verbose_name = _("平台")

    def ready(self) -> None:
        """Every process knows every sweep: workers run them, healthz judges them, the demo bar steps through them."""
        autodiscover_modules("jobs")
