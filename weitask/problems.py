"""Errors as RFC 9457 problem+json (spec 7)."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; extended by the API."""
    return exception_handler(error, context)
