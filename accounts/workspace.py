"""Which workspace the request is in, for the page frame."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page."""
    return {"demo": settings.DEMO}
