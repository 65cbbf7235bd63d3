from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "用户与帐号"

    def ready(self) -> None:
        from accounts import access

        post_migrate.connect(access.grant, dispatch_uid="accounts.access.grant")
