from django.apps import AppConfig
from django.contrib.auth import user_logged_in
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("用户与帐号")

    def ready(self) -> None:
        from allauth.account.signals import user_signed_up

        from accounts import access, language

        post_migrate.connect(access.grant, dispatch_uid="accounts.access.grant")
        user_logged_in.connect(language.follow, dispatch_uid="accounts.language.follow")
        user_signed_up.connect(language.signed_up, dispatch_uid="accounts.language.signed_up")
