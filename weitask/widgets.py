"""Inputs are drawn in one step: Django renders three templates for each, and a list that is edited has fifty."""

import html
from collections.abc import Mapping
from typing import Any, Final

from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString

_ALIKE: Final = "checkbox color date datetime email file hidden input number password search tel text time url"
INPUTS: Final = frozenset(f"django/forms/widgets/{kind}.html" for kind in _ALIKE.split())  # Django's own are one file


class Renderer(TemplatesSetting):
    """Widgets and forms come through our template loader; simple inputs need no template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name in INPUTS:
            return _input(context["widget"])
        return super().render(template_name, context, request)


def _input(widget: Mapping[str, Any]) -> str:
    known = {"type": widget["type"], "name": widget["name"]}
    if widget["value"] is not None:
        known["value"] = str(widget["value"])
    return SafeString(f"<input{''.join(_attribute(*one) for one in (known | widget['attrs']).items())}>")


def _attribute(name: str, value: Any) -> str:
    """As `flatatt` writes it: nothing for None and False, the name alone for True."""
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
