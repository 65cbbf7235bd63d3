"""JSON in, JSON out, for the control interface."""

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

Handler = Callable[..., Any]
_BAD = (ValueError, KeyError, TypeError, OverflowError, ValidationError, IntegrityError)


def control(**handlers: Handler) -> Callable[..., HttpResponse]:
    """A view from one handler per method: `control(GET=list_users, POST=create_user)`.

    A handler takes the request's body (or query) as a dict, and the path's parts by name. What the handler or the
    tables cannot take is answered 400.
    """

    def view(request: HttpRequest, **parts: str) -> HttpResponse:
        handler = handlers.get(request.method or "")
        if handler is None:
            return JsonResponse({"error": "method not allowed"}, status=405)
        try:
            return _as_json(handler(_body(request), **parts))
        except _BAD as error:
            return JsonResponse({"error": str(error)}, status=400)
        except Http404 as error:
            return JsonResponse({"error": str(error) or "not found"}, status=404)

    return view


def _body(request: HttpRequest) -> Any:
    if request.method in {"GET", "DELETE"}:
        return request.GET.dict()
    return json.loads(request.body) if request.body else {}


def _as_json(result: Any) -> JsonResponse:
    return JsonResponse(result, safe=False, json_dumps_params={"ensure_ascii": False})
