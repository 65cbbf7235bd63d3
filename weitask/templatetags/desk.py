"""Rows and values of the desk as unfold draws them, but what the cells of a column share is put together once (unfold
asks for all headings again in each row), and no template is rendered for a tick box or a value."""

import dataclasses
import html
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, repeat
from types import SimpleNamespace
from typing import Any, Final, cast

from django import template
from django.contrib.admin.helpers import Fieldline, InlineAdminFormSet
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.templatetags.admin_list import result_hidden_fields
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import flatten_fieldsets, help_text_for_field, label_for_field, lookup_field, quote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import (
    BooleanField,
    DateField,
    FileField,
    ForeignKey,
    JSONField,
    ManyToManyField,
    Model,
    TimeField,
    URLField,
)
from django.forms import ModelForm
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from unfold.fields import UnfoldAdminReadonlyField
from unfold.templatetags.unfold_list import LINK_CLASSES, result_headers
from unfold.utils import display_for_field, display_for_label, display_for_value
from unfold.widgets import LABEL_CLASSES

from weitask.periods import shanghai

register = template.Library()

TICK: Final = "action_checkbox"
ROW: Final = "the-number-of-the-row"  # in what is rendered once, where each row has its own
MOMENT: Final = "%Y-%m-%d %H:%M"  # as `weitask.formats` has it, in either language
HEAD: Final = (
    "align-middle font-semibold py-2 text-left text-font-important-light whitespace-nowrap"
    " dark:text-font-important-dark"
)
SIGN: Final = (
    '<a href="{}" class="{} ml-1 text-base-500 dark:text-base-400" title="{}">'
    '<span class="block material-symbols-outlined">{}</span></a>'
)


@dataclass(frozen=True)
class Column:
    """What the cells of a column have in common."""

    name: Any  # as `list_display` has it
    field: Any = None  # of the model; none where the desk works the value out
    opening: str = ""
    opening_on_one_line: str = ""
    closing: str = ""
    empty: str = ""  # what is said where there is no value
    names: dict[Any, str] = dataclasses.field(default_factory=dict)  # of the few values of a choice, label, yes or no


@register.inclusion_tag("admin/list.html", takes_context=True)
def desk_list(context: template.Context, cl: ChangeList) -> dict[str, Any]:
    """The headings and rows of a list."""
    headings = list(result_headers(cl))
    return {
        "cl": cl,
        "hidden_fields": list(result_hidden_fields(cl)),
        "headings": SafeString("".join(_heading(cl, place, one) for place, one in enumerate(headings))),
        "rows": SafeString("".join(_rows(cl, [str(one["text"]) for one in headings]))),
        "has_add_permission": cl.model_admin.has_add_permission(context["request"]),
    }


def _heading(cl: ChangeList, place: int, one: Mapping[str, Any]) -> SafeString:
    """The head of a column: its words, a link that sorts by it, and signs of how it is sorted."""
    if cl.list_display[place] == TICK:
        words = gettext("全选")
        box = format_html(
            '<label class="flex items-center gap-2">{} <span class="lg:hidden">{}</span></label>', one["text"], words
        )
        return format_html('<th scope="col" class="{} action-checkbox-column lg:px-3 lg:w-10">{}</th>', HEAD, box)
    words = capfirst(str(one["text"]))
    if one["sortable"]:
        words = format_html('<a href="{}">{}</a>', one["url_primary"], words)
    style, shown = f"{HEAD} {one['class_attrib']} hidden px-3 lg:table-cell", SafeString("")
    if one.get("sorted"):
        words += _signs(one)
        shown = format_html(' aria-sort="{}"', "ascending" if one["ascending"] else "descending")
    return format_html('<th scope="col" class="{}"{}><div class="flex items-center">{}</div></th>', style, shown, words)


def _signs(one: Mapping[str, Any]) -> SafeString:
    """Links beside a column that is sorted: the other way round, and no longer by it."""
    way = ("ascending", "arrow_circle_down") if one["ascending"] else ("descending", "arrow_circle_up")
    turn = format_html(SIGN, one["url_toggle"], f"toggle {way[0]}", gettext("反向排序"), way[1])
    return turn + format_html(SIGN, one["url_remove"], "sortremove", gettext("取消排序"), "cancel")


def _rows(cl: ChangeList, headings: list[str]) -> Iterator[str]:
    """The body of the table for each row; where the list is edited in place, with the fields of its form."""
    desk, names = cl.model_admin, cl.list_display_links
    leading = () if names is None else names or [one for one in cl.list_display if one != TICK][:1]
    columns = [
        _ticks(cl) if name == TICK else _column(desk, name, words, _link(cl) if name in leading else "")
        for name, words in zip(cl.list_display, headings, strict=True)
    ]
    forms = chain(cl.formset.forms if cl.formset else (), repeat(None))  # a row may be newer than what was sent
    for row, form in zip(cl.result_list, forms, strict=False):
        cells = (_edited(column, form) or _cell(desk, column, row) for column in columns)
        errors = form.non_field_errors() if form else ""
        above = f'<tr><td class="text-left" colspan="100%">{errors}</td></tr>' if errors else ""
        yield f'<tbody class="wt-row">{above}<tr class="data-row">{"".join(cells)}</tr></tbody>'


def _link(cl: ChangeList) -> str:
    page = _page(cl.model_admin.admin_site, cl.model, ROW)
    return add_preserved_filters({"preserved_filters": cl.preserved_filters, "opts": cl.opts}, page)


@register.inclusion_tag("admin/inline.html")
def desk_inline(inline: InlineAdminFormSet) -> dict[str, Any]:
    """The table of rows that belong to the row of a page: on the desk they are looked at, none is typed into."""
    desk, names = inline.opts, flatten_fieldsets(inline.fieldsets)
    link = _page(desk.admin_site, desk.model, ROW) if desk.show_change_link else ""
    headings = [capfirst(str(label_for_field(name, desk.model, desk))) for name in names]
    columns = [
        _column(desk, name, words, link if name is names[0] else "")
        for name, words in zip(names, headings, strict=True)
    ]
    rows = inline.formset.get_queryset()
    return {
        "headings": headings,
        "rows": [SafeString("".join(_cell(desk, column, row, linked=True) for column in columns)) for row in rows],
    }


def _page(site: AdminSite, model: type[Model], pk: int | str) -> str:
    """The address of a row's page, empty when the desk has none."""
    if model not in site._registry:
        return ""
    return reverse(f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_change", args=[quote(pk)])


def _column(desk: "BaseModelAdmin[Any]", name: Any, words: str, link: str) -> Column:
    tag = "th" if link else "td"
    anchor = format_html('<a href="{}" class="{}">', link, " ".join(LINK_CLASSES)) if link else ""
    style = f"field-{getattr(name, '__name__', name)} wt-cell"
    opening, on_one_line = (
        format_html('<{} class="{}" data-label="{}">{}', tag, kind, words, anchor)
        for kind in (style, f"{style} whitespace-nowrap")
    )
    closing = f"</a></{tag}>" if link else f"</{tag}>"
    return Column(name, _field_of(desk.model, name), opening, on_one_line, closing, desk.get_empty_value_display())


def _ticks(cl: ChangeList) -> Column:
    box = cl.model_admin.action_checkbox(SimpleNamespace(pk=ROW))
    cell = format_html('<td class="action-checkbox wt-cell" data-label="{}">{}', gettext("选择"), box)
    return Column(TICK, None, cell, cell, "</td>")


def _edited(column: Column, form: "ModelForm[Any] | None") -> SafeString | None:
    """The cell with a field, where the list is edited in place."""
    if form is None or column.name not in form.fields:
        return None
    field = form[column.name]
    errors = render_to_string("unfold/helpers/form_errors.html", {"errors": field.errors})
    return SafeString(f"{column.opening}{field}{errors}{column.closing}")


def _cell(desk: "BaseModelAdmin[Any]", column: Column, row: Model, *, linked: bool = False) -> str:
    shown, on_one_line = ("", False) if column.name == TICK else _shown(desk, column, row, linked=linked)
    opening = column.opening_on_one_line if on_one_line else column.opening
    if ROW in opening:
        opening = opening.replace(ROW, str(quote(row.pk)))
    words = html.escape(shown) if shown.__class__ is str else conditional_escape(shown)
    return f"{opening}{words}{column.closing}"


def _shown(desk: "BaseModelAdmin[Any]", column: Column, row: Model, *, linked: bool) -> tuple[str, bool]:
    """What a cell says, and whether it stays on one line: days and times do."""
    found = column.field
    if found is None:
        return _worked_out(desk, column, row)
    value, empty = getattr(row, column.name), column.empty
    if value.__class__ is datetime:
        return f"{shanghai(value):{MOMENT}}", True
    if isinstance(found, ForeignKey):
        return (empty if value is None else _related(desk, value) if linked else str(value)), False
    if isinstance(found, BooleanField):
        return _once(column, value, lambda: _sign(yes=value)), False
    if found.choices is not None:
        unknown = empty if value in ("", None) else str(value)
        return _once(column, value, lambda: str(display_for_field(value, found, unknown))), False
    if value.__class__ is str and value:
        return value, False
    return display_for_field(value, found, empty), isinstance(found, DateField | TimeField)


def _worked_out(desk: "BaseModelAdmin[Any]", column: Column, row: Model) -> tuple[str, bool]:
    """What a method of the desk or of the row says."""
    empty = column.empty
    attribute = getattr(desk, column.name, None) if isinstance(column.name, str) else column.name
    try:
        if attribute is None or column.name == "__str__":
            _found, attribute, value = lookup_field(column.name, row, desk)
        else:
            value = attribute(row)
    except ObjectDoesNotExist:
        return empty, False
    if label := getattr(attribute, "label", None):
        return _once(column, value, lambda: display_for_label(value, empty, label)), False
    if value.__class__ in (str, SafeString):
        return value, False
    if value.__class__ is datetime:
        return f"{shanghai(value):{MOMENT}}", True
    return display_for_value(value, getattr(attribute, "empty_value_display", empty)), isinstance(value, date)


def _sign(*, yes: bool | None) -> SafeString:
    """A sign for yes, no and neither, that is also read aloud: unfold's is the name of a picture."""
    words = gettext("未知") if yes is None else gettext("是") if yes else gettext("否")
    return format_html('<span role="img" aria-label="{}">{}</span>', words, display_for_value(yes, "", boolean=True))


def _once(column: Column, value: Any, shown: Callable[[], str]) -> str:
    """One of the few values that a column has, put into words when the first row has it."""
    if value not in column.names:
        column.names[value] = shown()
    return column.names[value]


def _related(desk: "BaseModelAdmin[Any]", row: Model) -> str:
    page = _page(desk.admin_site, type(row), row.pk)
    return format_html('<a href="{}" class="text-link">{}</a>', page, row) if page else str(row)


@register.filter
def is_looked_at(line: Fieldline) -> bool:
    """Whether a line of a form is one value that cannot be typed into."""
    return len(line.fields) == 1 and line.fields[0] in line.readonly_fields


@register.filter
def looked_at(line: Fieldline) -> str:
    """The line of such a value: its name above it, and what the name means below."""
    name, form, desk = line.fields[0], line.form, cast("BaseModelAdmin[Any]", line.model_admin)
    called = getattr(name, "__name__", name)
    value, note = _value(name, form, desk), help_text_for_field(called, type(form.instance))
    return format_html(
        '<div class="form-row field-row group/row">'
        '<div class="field-line flex flex-col grow group px-3 py-2.5 field-{}">'
        '<label class="{}">{}</label><div class="readonly break-words max-w-4xl">{}</div>{}</div></div>',
        called,
        " ".join([*LABEL_CLASSES, "mb-2"]),
        capfirst(str(label_for_field(name, type(form.instance), desk, form=form))),
        "-" if value in ("", None) else value,
        format_html('<div class="leading-relaxed mt-2 text-xs">{}</div>', note) if note else "",
    )


def _value(name: Any, form: "ModelForm[Any]", desk: "BaseModelAdmin[Any]") -> str:
    """As the cell of a list says it, with its lines; what has a form of its own unfold draws."""
    found = _field_of(type(form.instance), name)
    if isinstance(found, JSONField):
        data = json.dumps(getattr(form.instance, found.attname), ensure_ascii=False, indent=2)
        return format_html("<pre>{}</pre>", data)
    if isinstance(found, URLField | FileField | ManyToManyField) or name in form.fields:
        return UnfoldAdminReadonlyField(form, name, is_first=True, model_admin=desk).contents()
    column = Column(name, found, empty=desk.get_empty_value_display())
    shown, _ = _shown(desk, column, form.instance, linked=True)
    return shown if isinstance(shown, SafeString) else linebreaksbr(shown)


def _field_of(model: type[Model], name: Any) -> Any:
    """The field of this name; none when the desk works the value out, or it is the row's own number."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return None if field.auto_created or field.one_to_many else field
