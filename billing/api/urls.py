"""Paths of the API below /api/v1/."""

from django.urls import URLPattern, path

from billing.views.notify import notify

urlpatterns: list[URLPattern] = [path("payments/sinapay/notify/", notify, name="sinapay_notify")]
