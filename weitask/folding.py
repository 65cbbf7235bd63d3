"""Templates whose words, links and pictures are the same on every page are drawn once for each language.

Most of a template depends on nothing but the language: text, `{% translate '…' %}`, `{% url '…' %}` without arguments,
`{% static '…' %}`, `{% icon '…' %}`. What of it stands side by side becomes one `Fixed` when the template is loaded.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, Final, cast

from django.template import Context, Origin, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode
from django.template.defaulttags import IfNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import cached
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from weitask.templatetags.weitask import icon


class Fixed(Node):
    """Words, links and pictures that are the same on every page: drawn once for each language, and kept.

    Nothing of the page reaches the inside, no variable, user or row, so nothing of one reader is shown to another.
    """

    def __init__(self, parts: NodeList) -> None:
        self.nodelist = parts
        self.kept: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        language = get_language()
        if language not in self.kept:
            nothing = Context()
            with nothing.bind_template(cast(Template, context.template)):
                self.kept[language] = self.nodelist.render(nothing)
        return self.kept[language]


class Loader(cached.Loader):
    """Django's own, which reads a template once; what it reads is folded."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        key = self.cache_key(template_name, skip)
        known = key in self.get_template_cache
        template: Template = super().get_template(template_name, skip)
        if not known:
            fold(template.nodelist)
        return template


def fold(nodes: NodeList) -> None:
    """Put side by side what depends on the language alone, here and in all parts inside."""
    nodes[:] = [node for fixed, run in groupby(nodes, _is_fixed) for node in _folded(fixed, list(run))]
    for node in nodes:
        for part in _parts(node):
            fold(part)


def _folded(fixed: bool, run: list[Node]) -> list[Node]:  # noqa: FBT001 [what `groupby` found of the run]
    if not fixed or all(type(node) is TextNode for node in run):
        return run
    whole = Fixed(NodeList(run))
    whole.token, whole.origin = run[0].token, run[0].origin  # where an error points to
    return [whole]


def _parts(node: Node) -> Iterator[NodeList]:
    if isinstance(node, IfNode):  # tells of its parts together only
        yield from (part for _, part in node.conditions_nodelists)
    elif not isinstance(node, Fixed):
        parts = (getattr(node, name, None) for name in node.child_nodelists)
        yield from (part for part in parts if isinstance(part, NodeList))


_FIXED: Final[dict[type[Node], Callable[[Any], bool]]] = {
    TextNode: lambda _: True,
    TranslateNode: lambda node: not node.asvar and _said(node.filter_expression) and _said(node.message_context),
    # One with a namespace goes by the request.
    URLNode: lambda node: (
        not (node.args or node.kwargs or node.asvar) and _said(node.view_name) and ":" not in str(node.view_name.var)
    ),
    StaticNode: lambda node: not node.varname and _said(node.path),
    SimpleNode: lambda node: node.func is icon and not (node.target_var or node.kwargs) and all(map(_said, node.args)),
}


def _is_fixed(node: Node) -> bool:
    return type(node) in _FIXED and _FIXED[type(node)](node)


def _said(word: FilterExpression | None) -> bool:
    """Whether a word stands in the template itself."""
    if word is None:
        return True
    literal = getattr(word.var, "literal", word.var)
    return not word.filters and isinstance(literal, str)
