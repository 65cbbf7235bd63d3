"""A list of the desk as a workbook: the rows its filters and its search leave, in its order, with its columns."""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from html import unescape
from itertools import chain
from typing import Any, Final

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters, ModelAdmin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from weitask import export_pages, exports, lists, walking
from weitask.exports import Asked, Content, Kind, Source
from weitask.models import Export
from weitask.xlsx import Sheet, Value

NOT_COLUMNS: Final = {"action_checkbox", ACTION_CHECKBOX_NAME}
YUAN: Final = re.compile(r"-?\d+\.\d\d")  # how the desk writes an amount


def answer(desk: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """The file of a short list, or where that of a long one is made, for who may open the list; a filter that cannot
    be leads back to it."""
    try:
        found = _opened(desk, request)
    except IncorrectLookupParameters:
        return HttpResponseRedirect("../?e=1")
    rows = list(found.queryset[: lists.MOST + 1])
    if len(rows) <= lists.MOST:
        return lists.file_of(_sheet(desk, found, rows))
    asked = {"list": desk.opts.label_lower, "query": request.GET.urlencode()}
    return export_pages.lead(request, kind=OF_DESK, asked=asked)


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one's own export of a list of the desk is; fetched again by htmx until it is ready."""
    context = export_pages.context(_own(request, pk))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "admin/_export.html", context)
    context |= {**admin.site.each_context(request), "title": _("导出结果")}
    return render(request, "admin/export.html", context)


def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Its file, for who asked for it, while they may open that list."""
    return export_pages.download(_own(request, pk))


def _own(request: HttpRequest, pk: int) -> Export:
    export = export_pages.own(request, pk, page=OF_DESK.page)
    if not _desk(export.asked).has_view_permission(request):
        raise PermissionDenied
    return export


def _content(user: Any, asked: Asked) -> Content:
    """The list as the same address would open it for this person now."""
    desk, request = _desk(asked), HttpRequest()
    request.method, request.user, request.GET = "GET", user, QueryDict(asked["query"])
    if not user.is_staff:
        raise PermissionDenied
    found = _opened(desk, request)
    walk = walking.in_order(found.queryset)
    return Content([_sheet(desk, found, chain.from_iterable(walk.steps))], walk.length)


def _source(asked: Asked) -> Source:
    opts, filters = _desk(asked).opts, f"?{asked['query']}" if asked["query"] else ""
    page, file = (reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}") for name in ("changelist", "export"))
    return Source(str(opts.verbose_name_plural), f"{page}{filters}", f"{file}{filters}")


OF_DESK: Final = exports.register(Kind("desk", content=_content, source=_source, page="admin:export"))


def _desk(asked: Asked) -> "ModelAdmin[Any]":
    return admin.site.get_model_admin(apps.get_model(asked["list"]))


def _opened(desk: "ModelAdmin[Any]", request: HttpRequest) -> ChangeList:
    if not desk.has_view_permission(request):
        raise PermissionDenied
    return desk.get_changelist_instance(request)


def _sheet(desk: "ModelAdmin[Any]", found: ChangeList, rows: Iterable[Model]) -> Sheet:
    names = [name for name in found.list_display if name not in NOT_COLUMNS]
    head = [str(label_for_field(name, desk.model, desk)) for name in names]
    cells = ([_value(desk, name, row) for name in names] for row in rows)
    return Sheet(str(desk.opts.verbose_name_plural), head, cells)


def _value(desk: "ModelAdmin[Any]", name: Any, row: Model) -> Value:
    """A cell: numbers, amounts and moments as such, everything else in the words of the page."""
    try:
        field, _attribute, value = lookup_field(name, row, desk)
    except ObjectDoesNotExist:
        return None
    if field is not None and field.choices is not None:
        value = getattr(row, f"get_{field.name}_display")()
    if isinstance(value, tuple):  # a label: its tone, its words
        value = value[-1]
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value is None or isinstance(value, int | Decimal | datetime):
        return value
    words = unescape(strip_tags(value)) if isinstance(value, SafeString) else str(value)
    return Decimal(words) if field is None and YUAN.fullmatch(words) else words
