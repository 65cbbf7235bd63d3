"""Inputs are drawn in one step: Django renders three templates for each, and a list that is edited has fifty."""

from collections.abc import Mapping
from typing import Any, Final

from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html

_ALIKE: Final = "checkbox color date datetime email file hidden input number password search tel text time url"
INPUTS: Final = frozenset(f"django/forms/widgets/{kind}.html" for kind in _ALIKE.split())  # Django's own are one file


class Renderer(TemplatesSetting):
    """Widgets and forms come through our template loader; simple inputs need no template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name in INPUTS:
            return _input(context["widget"])
        return super().render(template_name, context, request)


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else format_html(' value="{}"', widget["value"])
    return format_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, flatatt(widget["attrs"])
    )
