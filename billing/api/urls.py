"""Paths of the API below /api/v1/."""

from django.urls import URLPattern, path

from billing.api import payouts, wallet
from billing.views.notify import notify

urlpatterns: list[URLPattern] = [
    path("wallet/", wallet.WalletView.as_view()),
    path("wallet/entries/", wallet.WalletEntriesView.as_view()),
    path("recharges/", wallet.RechargesView.as_view()),
    path("recharges/<slug:number>/", wallet.RechargeView.as_view()),
    path("earnings/entries/", payouts.EarningsEntriesView.as_view()),
    path("payouts/", payouts.PayoutsView.as_view()),
    path("bank-card/", payouts.BankCardView.as_view()),
    path("bank-card/confirm/", payouts.BankCardConfirmView.as_view()),
    path("payments/sinapay/notify/", notify, name="sinapay_notify"),
]
