"""A list of the desk as a workbook: the rows its filters and its search leave, in its order, with its columns."""

import re
from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any, Final

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters, ModelAdmin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from weitask import lists
from weitask.xlsx import Value

NOT_COLUMNS: Final = {"action_checkbox", ACTION_CHECKBOX_NAME}
YUAN: Final = re.compile(r"-?\d+\.\d\d")  # how the desk writes an amount


def answer(desk: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """The file, at most `lists.MOST` rows, for who may open the list; a filter that cannot be leads back to it."""
    if not desk.has_view_permission(request):
        raise PermissionDenied
    try:
        found = desk.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return HttpResponseRedirect("../?e=1")
    names = [name for name in found.list_display if name not in NOT_COLUMNS]
    head = [str(label_for_field(name, desk.model, desk)) for name in names]
    rows = ([_value(desk, name, row) for name in names] for row in found.queryset[: lists.MOST])
    return lists.answer(str(desk.opts.verbose_name_plural), head, rows)


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
        return gettext("是") if value else gettext("否")
    if value is None or isinstance(value, int | Decimal | datetime):
        return value
    words = unescape(strip_tags(value)) if isinstance(value, SafeString) else str(value)
    return Decimal(words) if field is None and YUAN.fullmatch(words) else words
