"""Paths of the API below /api/v1/."""

from django.urls import URLPattern, path

from accounts.api import login, market, me, my_accounts, notices, review

urlpatterns: list[URLPattern] = [
    path("token/", login.TokenView.as_view()),
    path("me/", me.MeView.as_view()),
    path("accounts/", market.MarketView.as_view()),
    path("accounts/<id:pk>/", market.MarketAccountView.as_view()),
    path("my/accounts/", my_accounts.MyAccountsView.as_view()),
    path("my/accounts/<id:pk>/", my_accounts.MyAccountView.as_view()),
    path("notices/", notices.NoticesView.as_view()),
    path("notices/<id:pk>/read/", notices.NoticeReadView.as_view()),
    path("review/accounts/<id:pk>/approve/", review.AccountApproveView.as_view()),
    path("review/accounts/<id:pk>/reject/", review.AccountRejectView.as_view()),
]
