"""Every address of the site: pages, the admin, the API, health, and the demo where it is switched on."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from weitask import export_pages
from weitask.health import healthz

handler400 = "weitask.problems.bad_request"
handler404 = "weitask.problems.not_found"
handler500 = "weitask.problems.server_error"
urlpatterns = [
    path("api/v1/", include("weitask.api")),  # first: a program asks more often than a person
    path("", include("orders.urls")),
    path("", include("tasks.urls")),
    path("", include("billing.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("exports/<int:pk>/", export_pages.page, name="export"),
    path("exports/<int:pk>/file/", export_pages.file, name="export_file"),
    path("healthz/", healthz, name="healthz"),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns += [path("demo/", include("weitask.demo.urls"))]
