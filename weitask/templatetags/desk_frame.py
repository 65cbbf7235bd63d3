"""What stands around every page of the desk: its menu, its title, the filters beside a list. Drawn without templates:
unfold asks some nine hundred questions of its settings on every page."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from django import template
from django.contrib.admin import ListFilter
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Model
from django.db.models.options import Options
from django.forms import Form, Media
from django.template.base import Node, NodeList, Parser, Token
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

register = template.Library()

_ACTIONS: Final[dict[tuple[Any, ...], SafeString]] = {}  # the lists' own, for each set of rights and language
_MEDIA: Final[dict[tuple[str, str], SafeString]] = {}  # a handful

HERE: Final = SafeString(' aria-current="true"')
STEP: Final = SafeString(
    '<span class="material-symbols-outlined inline-block align-middle leading-5 mx-2 text-base-400'
    ' dark:text-base-500" aria-hidden="true">chevron_right</span>'
)


@register.simple_tag
def desk_colors(colors: Mapping[str, Mapping[str, str]]) -> SafeString:
    """The colours of the settings, for unfold's styles."""
    return _colors(tuple((name, *shade) for name, shades in colors.items() for shade in shades.items()))


@cache  # there is one set of them
def _colors(shades: tuple[tuple[str, str, str], ...]) -> SafeString:
    lines = "".join(f"--color-{name}-{weight}:{value};" for name, weight, value in shades)
    return SafeString(f'<style id="unfold-theme-colors">:root{{{lines}}}</style>')


@register.simple_tag
def desk_menu(apps: Iterable[Mapping[str, Any]], path: str) -> SafeString:
    """The lists of the desk by app, as one may open them; the one that `path` is in is marked."""
    lists = "".join(_menu(apps, path))
    return SafeString(lists) if lists else format_html('<p class="px-6">{}</p>', gettext("没有可以查看的内容。"))


def _menu(apps: Iterable[Mapping[str, Any]], path: str) -> Iterator[str]:
    for app in apps:
        lists = "".join(_entry(one["admin_url"], one["name"], one["admin_url"] in path) for one in app["models"])
        yield _heading(app["app_label"], app["app_url"], app["name"]) + lists + "</ol></div>"


@cache  # the apps of the desk, in two languages
def _heading(label: str, url: str, name: str) -> str:
    return format_html(
        '<div class="app-{} module mb-1.5"><h2 class="font-semibold flex flex-row items-center mb-1 mx-3 py-1.5 px-3'
        ' text-font-important-light text-sm dark:text-font-important-dark"><a class="section" href="{}">{}</a></h2>'
        '<ol class="flex flex-col gap-0.5 px-6">',
        label,
        url,
        name,
    )


@cache  # its lists
def _entry(url: str, name: str, here: bool) -> str:  # noqa: FBT001 [one of three words that make an entry]
    style = "flex h-[38px] items-center -mx-3 px-3 rounded-default hover:text-primary-600 dark:hover:text-primary-500"
    if here:
        style = f"{style} bg-base-100 font-semibold text-primary-600 dark:bg-white/[.06] dark:text-primary-500 active"
    mark = SafeString(' aria-current="page"') if here else ""
    return format_html('<li><a href="{}" class="{}"{}>{}</a></li>', url, style, mark, name)


@register.simple_tag
def desk_apps(apps: Iterable[Mapping[str, Any]]) -> SafeString:
    """The lists by app, each with the way to a new row where one may make it."""
    return SafeString("".join(_app(one) for one in apps))


def _app(app: Mapping[str, Any]) -> str:
    lists = "".join(_list(one["admin_url"], one["name"], one["add_url"]) for one in app["models"] if one["admin_url"])
    head = format_html('<h2><a href="{}">{}</a></h2>', app["app_url"], app["name"])
    return f'<section class="wt-app">{head}<ul>{lists}</ul></section>'


@cache  # as many as the menu has, with and without the way to a new row
def _list(url: str, name: str, add_url: str | None) -> str:
    words = gettext("新增%(name)s") % {"name": name}
    sign = SafeString('<span class="material-symbols-outlined" aria-hidden="true">add</span>')
    add = format_html('<a href="{}" title="{}" aria-label="{}">{}</a>', add_url, words, words, sign) if add_url else ""
    return format_html('<li><a href="{}">{}</a>{}</li>', url, name, add)


@register.simple_tag(takes_context=True)
def desk_title(context: template.Context) -> SafeString:
    """Where one is: the app, the list, the row; each a link. Elsewhere the title of the page."""
    row = context.get("original") or context.get("object")
    row = row if isinstance(row, Model) else None
    opts = context.get("opts") or getattr(context.get("model_admin"), "opts", None) or (row and row._meta)
    steps = list(_steps(opts, row)) if opts else []
    named = SafeString('<span class="align-middle leading-5 min-w-0 truncate tracking-tight">{}</span>')
    if not context.get("opts") and context.get("content_title"):
        steps.append(format_html(named, str(context["content_title"]).strip()))
    return SafeString(STEP.join(steps)) if steps else format_html(named, context.get("title") or "")


def _steps(opts: "Options[Any]", row: Model | None) -> Iterator[SafeString]:
    link = '<a href="{}" class="align-middle inline-block leading-5 min-w-0 truncate tracking-tight">{}</a>'
    address = f"admin:{opts.app_label}_{opts.model_name}"
    yield format_html(link, reverse("admin:app_list", args=[opts.app_label]), opts.app_config.verbose_name)
    yield format_html(link, reverse(f"{address}_changelist"), capfirst(str(opts.verbose_name_plural)))
    if row is not None:
        yield format_html(link, reverse(f"{address}_change", args=[row.pk]), capfirst(str(row)))


@register.simple_tag
def desk_filter(cl: ChangeList, spec: ListFilter) -> SafeString:
    """A filter of a list: its choices as links; the one that holds is marked."""
    name = gettext("按%(title)s") % {"title": spec.title}
    choices = SafeString("".join(_choice(one) for one in spec.choices(cl)))
    return format_html('<section class="wt-filter"><h3>{}</h3><ul class="wt-choices">{}</ul></section>', name, choices)


def _choice(one: Mapping[str, Any]) -> str:
    mark = HERE if one["selected"] else ""
    return f'<li><a href="{escape(one["query_string"])}"{mark}>{escape(one["display"])}</a></li>'


@register.simple_tag
def desk_hidden(cl: ChangeList) -> SafeString:
    """The filters that hold, as fields of the form that searches among what they leave."""
    held = ((name, value) for name, values in cl.filter_params.items() if name != SEARCH_VAR for value in values)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', held)


@register.simple_tag
def desk_action(form: Form) -> SafeString:
    """The fields that say what is done with the rows ticked: the same for all who have the same choices."""
    key = get_language(), *form.fields["action"].choices  # type: ignore[attr-defined]
    if key not in _ACTIONS:
        _ACTIONS[key] = SafeString("".join(str(field) for field in form))
    return _ACTIONS[key]


@register.simple_tag
def desk_media(media: Media) -> SafeString:
    """Styles and scripts that a page brings along."""
    key = str(media._css_lists), str(media._js_lists)  # type: ignore[attr-defined]
    if key not in _MEDIA:
        _MEDIA[key] = SafeString(f"{media['css']}{media['js']}")
    return _MEDIA[key]


@register.tag
def kept(parser: Parser, token: Token) -> "_Kept":
    """`{% kept %}…{% endkept %}`: words that are the same for everybody, put together once in each language."""
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return _Kept(inside)


class _Kept(Node):
    def __init__(self, inside: NodeList) -> None:
        self.nodelist = inside
        self._words: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language()
        if language not in self._words:
            self._words[language] = self.nodelist.render(context)
        return self._words[language]
