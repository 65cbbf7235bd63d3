"""The id of a row in a path: no more digits than PostgreSQL's bigint holds, else it is simply not there."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class RowId(IntConverter):
    regex = "[0-9]{1,18}"


register_converter(RowId, "id")
