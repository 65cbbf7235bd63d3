"""Cursor pages of the API (spec 7)."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """`{"results": […], "next": url|null, "previous": url|null}`, newest first, at most 100 a page."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-id"
