"""The floor of the desk: Django's own admin as it comes, one list of twenty orders, nobody asked who they are.

Neither theme nor filters, search, sessions or permissions: what is left is what any list of Django's admin costs.
"""

from benchmarks.bare_settings import configure

configure(
    ROOT_URLCONF="benchmarks.bare_desk",
    MIDDLEWARE=["benchmarks.bare_desk.chief", "django.contrib.messages.middleware.MessageMiddleware"],
    MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
    INSTALLED_APPS=[
        *("django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"),
        *("django.contrib.messages", "django.contrib.staticfiles", "benchmarks.apps.Bare"),
    ],
    STATIC_URL="/static/",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)

import django

django.setup()

from collections.abc import Callable

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.bare_models import Order


def chief(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Everybody is a superuser."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.user = User(username="chief", is_staff=True, is_superuser=True)
        return answer(request)

    return middleware


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """As many columns as the floor of people's pages shows."""

    list_display = ("number", "account", "state", "start_at", "price", "text", "followers")
    list_select_related = ("account",)
    list_per_page = 20
    show_full_result_count = False

    def followers(self, order: Order) -> int:
        return order.account.followers


urlpatterns = [path("admin/", admin.site.urls)]
application = get_wsgi_application()
