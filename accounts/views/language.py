"""The language button of every page."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts import language
from accounts.models import User


@require_POST
def switch(request: HttpRequest) -> HttpResponseBase:
    """Show the pages in another language from here on, and write this user's notices in it."""
    if isinstance(request.user, User):
        language.choose(user=request.user, language=request.POST.get("language", ""))
    return set_language(request)
