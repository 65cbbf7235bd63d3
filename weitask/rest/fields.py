"""Fields as the API writes them: money, moments, ids, and the twelve labels' Chinese (spec 7)."""

from datetime import UTC, datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from weitask.money import fen, yuan

MAX_ID: Final = 2**63 - 1
_MONEY: Final = {"type": "string", "pattern": r"^-?\d{1,14}\.\d{2}$", "example": "2000.00"}
_MONEY_IN: Final = {"type": "string", "pattern": r"^\d{1,12}(\.\d{1,2})?$", "example": "2000.00"}


@extend_schema_field(_MONEY)
class MoneyField(serializers.Field):
    """Fen inside, a decimal string in yuan outside."""

    def to_representation(self, value: int) -> str:
        return yuan(value)


@extend_schema_field(_MONEY_IN)
class MoneyInput(serializers.Field):
    """A decimal string in yuan, cleaned to fen; numbers of JSON are refused, they lose cents (R131)."""

    default_error_messages = {"amount": _('请输入金额字符串，单位为元，最多两位小数，例如 "2000.00"')}

    def to_internal_value(self, data: Any) -> int:
        try:
            amount = fen(data) if isinstance(data, str) else -1
        except ValueError:
            amount = -1
        if amount < 0:
            self.fail("amount")
        return amount

    def to_representation(self, value: int) -> str:
        return yuan(value)


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.DateTimeField):
    """ISO 8601 with offset, both ways; answers come in Shanghai time, requests are cleaned to UTC."""

    default_error_messages = {
        "moment": _("请使用带时区偏移的 ISO 8601 时间，例如 2026-01-05T10:00:00+08:00"),
    }

    def to_internal_value(self, value: Any) -> datetime:
        text = value.strip() if isinstance(value, str) else ""
        if "T" in text:
            text = text.replace(" ", "+")  # a bare + in an address arrives as a space
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not 2000 <= moment.year <= 2100:
            self.fail("moment")
        return moment.astimezone(UTC)


class IdField(serializers.IntegerField):
    """The id of a row, as PostgreSQL can hold it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=MAX_ID, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool | float):
            self.fail("invalid")
        return int(super().to_internal_value(data))
