"""The floors of the web: one file of bare Django, without login, sessions or any other middleware.

Served by gunicorn exactly as the product is (`benchmarks.web`), on the same database and its rows.
"""

from benchmarks.bare_settings import configure
from benchmarks.bare_templates import BASE, PAGE

configure(
    ROOT_URLCONF="benchmarks.bare",
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"base.html": BASE, "page.html": PAGE})],
                    )
                ]
            },
        }
    ],
)

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path

application = get_wsgi_application()

from benchmarks.bare_models import Account, Order


def rows(request: HttpRequest) -> HttpResponse:
    """Twenty rows by primary key, as JSON."""
    ids = [int(one) for one in request.GET["ids"].split(",")]
    return JsonResponse({"results": list(Account.objects.filter(pk__in=ids).values())})


def page(request: HttpRequest) -> HttpResponse:
    """Twenty orders through a template that extends a base."""
    orders = Order.objects.filter(pk__gt=int(request.GET["after"])).select_related("account").order_by("pk")[:20]
    return render(request, "page.html", {"orders": orders})


urlpatterns = [path("page/", page), path("rows/", rows), path("tasks/", include("benchmarks.bare_tasks"))]
