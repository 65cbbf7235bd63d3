"""Inputs are drawn in one step: Django renders three templates for each, and a list that is edited has fifty."""

import html
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

_ALIKE: Final = "checkbox color date datetime email file hidden input number password search tel text time url"
INPUTS: Final = frozenset(f"django/forms/widgets/{kind}.html" for kind in _ALIKE.split())  # Django's own are one file
SELECT: Final = "django/forms/widgets/select.html"  # a group of the desk has some 250 choices


class Renderer(TemplatesSetting):
    """Widgets and forms come through our template loader; simple inputs need no template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name in INPUTS:
            return _input(context["widget"])
        if template_name == SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _input(widget: Mapping[str, Any]) -> str:
    known = {"type": widget["type"], "name": widget["name"]}
    if widget["value"] is not None:
        known["value"] = str(widget["value"])
    return SafeString(f"<input{attributes(known | widget['attrs'])}>")


def _select(widget: Mapping[str, Any]) -> str:
    groups = "".join(_group(name, options) for name, options, _index in widget["optgroups"])
    return SafeString(f"<select{attributes({'name': widget['name'], **widget['attrs']})}>{groups}</select>")


def _group(name: Any, options: Iterable[Mapping[str, Any]]) -> str:
    drawn = "".join(
        f"<option{attributes({'value': str(one['value']), **one['attrs']})}>{conditional_escape(one['label'])}</option>"
        for one in options
    )
    return f'<optgroup label="{conditional_escape(name)}">{drawn}</optgroup>' if name else drawn


def attributes(known: Mapping[str, Any]) -> SafeString:
    """The attributes of a tag, as Django's forms write them: true ones without a value, false ones not at all."""
    return SafeString("".join(_attribute(*one) for one in known.items()))


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
