"""Plain form fields without a template each: a page of filters has a dozen, and each took as long as a row of its list.

What comes out is what Django's own templates of these widgets say; all others go to their templates still.
"""

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_OWN = "django/forms/widgets/{}.html"


class FormRenderer(DjangoTemplates):
    """Django's renderer, with short cuts for the commonest widgets."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name in _INPUTS:
            return _input(context["widget"])
        if template_name == _SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


_INPUTS = frozenset(_OWN.format(kind) for kind in ("checkbox", "date", "email", "hidden", "number", "password", "text"))
_SELECT = _OWN.format("select")


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = {} if widget["value"] is None else {"value": widget["value"]}
    return format_html("<input{}>", _attributes({"type": widget["type"], "name": widget["name"], **value}, widget))


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = format_html_join("", "{}", ((_group(name, options),) for name, options, _ in widget["optgroups"]))
    return format_html("<select{}>{}</select>", _attributes({"name": widget["name"]}, widget), groups)


def _group(name: Any, options: list[dict[str, Any]]) -> SafeString:
    inside = format_html_join("", "{}", ((_option(one),) for one in options))
    return format_html('<optgroup label="{}">{}</optgroup>', name, inside) if name else inside


def _option(one: dict[str, Any]) -> SafeString:
    return format_html("<option{}>{}</option>", _attributes({"value": one["value"]}, one), one["label"])


def _attributes(first: Mapping[str, Any], widget: Mapping[str, Any]) -> SafeString:
    """Those of the tag itself, then the widget's: False leaves one out, True names it without a value."""
    attrs = widget["attrs"]
    valued = [*first.items(), *((name, value) for name, value in attrs.items() if not isinstance(value, bool))]
    bare = ((name,) for name, value in attrs.items() if value is True)
    return format_html("{}{}", format_html_join("", ' {}="{}"', valued), format_html_join("", " {}", bare))
