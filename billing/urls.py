"""Pages of money: earnings, payments and the bank card; the wallet and recharges."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity
from accounts.workspace import Entry, menu
from billing.views import earnings, payouts, recharges, wallet

urlpatterns: list[URLPattern] = [
    path("wallet/", wallet.wallet, name="wallet"),
    path("wallet/recharges/", recharges.recharges, name="recharges"),
    path("wallet/recharge/", wallet.recharge, name="recharge"),
    path("wallet/recharge/<str:number>/", wallet.returned, name="recharge_return"),
    path("recharge/return/", wallet.came_back, name="recharge_came_back"),
    path("earnings/", earnings.earnings, name="earnings"),
    path("earnings/payouts/", payouts.payouts, name="payouts"),
    path("bank-card/", earnings.bank_card, name="bank_card"),
    path("bank-card/confirm/", earnings.confirm_card, name="bank_card_confirm"),
]

menu(Entry(_("收入"), "earnings", "cash", (Identity.MEDIA,), 40, beside=("/bank-card/",)))
menu(Entry(_("钱包"), "wallet", "wallet", (Identity.PERSONAL, Identity.ENTERPRISE), 40, beside=("/recharge/",)))
