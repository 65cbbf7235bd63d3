"""What comes in: bodies without unknown fields, and the filters of an address (spec 7)."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class Body(serializers.Serializer):
    """A JSON object of exactly these fields: an unknown one is refused at its name, never passed over."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = self._unknown(data)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return value

    def _unknown(self, data: Any) -> dict[str, list[str]]:
        if not hasattr(data, "keys"):
            return {}
        known = {name for name, field in self.fields.items() if not field.read_only}
        return {str(name)[:100]: [_("未知字段")] for name in data if name not in known}


class Nothing(Body):
    """A POST that says all by its path."""


class ReasonBody(Body):
    """Why; shown to whom it concerns."""

    reason = serializers.CharField(max_length=500)


class Filters(serializers.Serializer):
    """Filters in the address; an empty one filters nothing."""

    @classmethod
    def read(cls, sent: Mapping[str, str]) -> dict[str, Any]:
        """What was asked for, cleaned; raises `ValidationError`. The fields are made once, not for each request."""
        return dict(_reader(cls).run_validation(sent))

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({name: value for name, value in data.items() if value != ""})


@cache
def _reader(form: type[Filters]) -> Filters:
    return form()
