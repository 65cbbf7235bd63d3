"""The description of the API: the header, the pages and the problem documents that every path shares."""

import re
from functools import cache
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from weitask.problems import MEDIA_TYPE

PAGE_PARAMETERS: Final = (
    OpenApiParameter("cursor", OpenApiTypes.STR, description="Opaque, as in `next` or `previous`"),
    OpenApiParameter("page_size", OpenApiTypes.INT, description="Rows a page: 20, at most 100"),
)
_KEY: Final = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Optional, at most 120 visible ASCII characters: the same key and body get the first answer again.",
)


class ProblemRow(serializers.Serializer):
    """One broken rule of a refusal."""

    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(required=False)
    row = serializers.IntegerField(required=False)
    link = serializers.CharField(required=False)


class Problem(serializers.Serializer):
    """RFC 9457 problem document; `type` is a stable slug, `problems` names every broken rule with its row."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    fields = serializers.DictField(required=False)  # type: ignore[assignment]
    problems = ProblemRow(many=True, required=False)


@cache
def paged(form: type[serializers.Serializer]) -> serializers.Serializer:
    """The envelope of a list."""
    name = form.__name__.removesuffix("Out")
    return inline_serializer(
        f"{name}Page",
        {
            "results": form(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )


class ApiSchema(AutoSchema):
    """Adds what views do not say themselves."""

    def get_override_parameters(self) -> list[Any]:
        takes_key = self.method == "POST" and hasattr(self.view, "moves_money")
        return [_KEY] if takes_key else []

    def get_operation_id(self) -> str:
        """`get_task_orders`, after the view: unique, and the same for as long as the path means the same."""
        name = type(self.view).__name__.removesuffix("View")
        return f"{self.method.lower()}_{re.sub('(?<!^)(?=[A-Z])', '_', name).lower()}"

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # pages are described by `paged`

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        answers: dict[str, Any] = super()._get_response_bodies(direction)
        open_to_all = not self.view.get_authenticators() or not self.view.get_permissions()
        failures = {
            "400": "Something sent is wrong",
            "404": "Not there, or not to be seen",
            "406": "This format is not spoken",
        }
        if self.method != "GET":
            failures |= {
                "409": "The state does not allow it, or the key is taken",
                "413": "Too large",
                "415": "This media type is not read",
                "503": "Try again",
            }
        failures |= {"401": "Log in"} if open_to_all else {"401": "Log in", "403": "Not for this login"}
        for status, text in failures.items():
            told = OpenApiResponse(Problem, description=text)
            answers.setdefault(status, self._get_response_for_code(told, status, [MEDIA_TYPE], direction))
        return answers
