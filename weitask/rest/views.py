"""The view every path of the API is made of (spec 7)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer

from weitask import keyset
from weitask.idempotency import Idempotent
from weitask.paging import CursorPages
from weitask.rest import paths as paths  # registers the converter of ids
from weitask.rest.schema import ApiSchema

_M = TypeVar("_M", bound=Model)


class ApiView(Idempotent):
    """A path: `body()` reads what was sent, `found()` looks up what the caller may see, `listed()` answers a page."""

    schema = ApiSchema()

    def body(self, request: Request, form: type[Serializer], *, partial: bool = False) -> Mapping[str, Any]:
        """What was sent, cleaned; raises the problem document of an invalid body."""
        sent = form(data=request.data, partial=partial, context={"request": request})
        sent.is_valid(raise_exception=True)
        cleaned: Mapping[str, Any] = sent.validated_data
        return cleaned

    def found(self, rows: "QuerySet[_M]", **named: Any) -> _M:
        """The one row of these; 404 for whatever is not there or not the caller's."""
        row = rows.filter(**named).first()
        if row is None:
            raise Http404
        return row

    def listed(
        self, request: Request, rows: keyset.Rows, shape: type[BaseSerializer], *, key: str = "-pk", **context: Any
    ) -> Response:
        """A page of rows sorted by `key` and id."""
        pages = CursorPages(key=key)
        page = pages.paginate_queryset(rows, request, self) or []
        prepare: Callable[[list[Any]], Any] = context.pop("prepare", lambda found: None)
        prepare(page)
        return pages.get_paginated_response(shape(page, many=True, context={"request": request, **context}).data)
