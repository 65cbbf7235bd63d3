from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("订单")

    def ready(self) -> None:
        """The two receivers of messages from below (architecture 3)."""
        from orders import receivers  # noqa: F401
