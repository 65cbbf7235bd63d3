"""The floors of the web: one file of bare Django, without login, sessions or any other middleware.

Served by gunicorn exactly as the product is (`benchmarks.web`), on the same database and its rows.
"""

import os

import environ
from django.conf import settings

from benchmarks.bare_templates import BASE, PAGE

if not settings.configured:
    settings.configure(
        DATABASES={
            "default": {
                **environ.Env.db_url_config(os.environ["DATABASE_URL"]),
                "CONN_MAX_AGE": 60,
                "OPTIONS": {"options": "-c timezone=UTC"},
            }
        },
        SECRET_KEY="bare",  # noqa: S106 [nothing is signed]
        ALLOWED_HOSTS=["127.0.0.1"],
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
        USE_TZ=True,
    )

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path

application = get_wsgi_application()

from benchmarks.bare_models import Account, Order  # noqa: E402


def rows(request: HttpRequest) -> HttpResponse:
    """Twenty rows by primary key, as JSON."""
    ids = [int(one) for one in request.GET["ids"].split(",")]
    return JsonResponse({"results": list(Account.objects.filter(pk__in=ids).values())})


def page(request: HttpRequest) -> HttpResponse:
    """Twenty orders through a template that extends a base."""
    orders = Order.objects.filter(pk__gt=int(request.GET["after"])).select_related("account").order_by("pk")[:20]
    return render(request, "page.html", {"orders": orders})


urlpatterns = [path("page/", page), path("rows/", rows), path("tasks/", include("benchmarks.bare_tasks"))]
