from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = "订单"

    def ready(self) -> None:
        """The two receivers of messages from below (architecture 3)."""
        from orders import receivers  # noqa: F401
