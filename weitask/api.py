"""The REST API, version 1: one router over the apps (spec 7)."""

from django.conf import settings
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("billing.api.urls")),
    path("", include("tasks.api.urls")),
    path("", include("orders.api.urls")),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="api-schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="api-schema", permission_classes=[AllowAny], template_name="api_docs.html"
        ),
        name="api-docs",
    ),
]
if settings.DEMO:
    from weitask.demo.api import ClockView

    urlpatterns += [path("demo/clock/", ClockView.as_view(), name="demo-clock")]
