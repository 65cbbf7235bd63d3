"""Pages."""

from django.urls import URLPattern, path

from accounts.views import identity

urlpatterns: list[URLPattern] = [
    path("identity/", identity.show, name="identity"),
    path("identity/choose/", identity.choose, name="choose_identity"),
]
