"""Pages of money: earnings and the bank card; the wallet and recharges."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity
from accounts.workspace import Entry, menu
from billing.views import earnings

urlpatterns: list[URLPattern] = [
    path("earnings/", earnings.earnings, name="earnings"),
    path("bank-card/", earnings.bank_card, name="bank_card"),
    path("bank-card/confirm/", earnings.confirm_card, name="bank_card_confirm"),
]

menu(Entry(_("收入"), "earnings", "cash", (Identity.MEDIA,), 40))
