"""Reading a body: JSON is UTF-8 whatever the header says, of bounded size and depth (RFC 8259)."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_BYTES: Final = 2 * 1024 * 1024
MOST_READ: Final = 8 * MAX_BYTES


class TooLarge(APIException):
    """413."""

    status_code = 413
    default_code = "too-large"


class JsonParser(BaseParser):
    """Like the framework's, but it cannot be filled or nested to death."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            stream.read(MOST_READ)  # what is left unread would end the connection under the caller's next request
            raise TooLarge(_("请求内容过大"))
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("请求内容不是有效的 JSON")) from error


def _refuse(name: str) -> None:
    raise ValueError(name)
