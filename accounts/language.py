"""The language a person reads: kept with the login, used for every notice, and followed by the pages from a login on.

The pages themselves go by Django's cookie, so that a visitor has a language too.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from accounts.models import User


def choose(*, user: User, language: str) -> None:
    """Remember the language a user picked; one that we do not speak is passed over."""
    if language in dict(settings.LANGUAGES):
        User.objects.filter(pk=user.pk).update(language=language)
        user.language = language


def signed_up(request: HttpRequest, user: User, **_: Any) -> None:
    """Receiver: who signs up goes on in the language of the page they signed up on."""
    choose(user=user, language=get_language() or "")
    follow(request, user)


def follow(request: HttpRequest | None, user: User, **_: Any) -> None:
    """Receiver: a login brings the user's language to this browser, see `LanguageMiddleware`."""
    if request is not None:
        request.language_of_login = user.language  # type: ignore[attr-defined]


class LanguageMiddleware:
    """Puts the language of who has just logged in into Django's cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if language := getattr(request, "language_of_login", ""):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                language,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            )
        return response
