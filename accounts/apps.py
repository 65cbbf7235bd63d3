from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("用户与帐号")

    def ready(self) -> None:
        from accounts import access

        post_migrate.connect(access.grant, dispatch_uid="accounts.access.grant")
