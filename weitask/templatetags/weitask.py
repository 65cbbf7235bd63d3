"""How money, moments and icons look on every page."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from html import escape
from typing import Protocol, cast
from urllib.parse import urlsplit, urlunsplit

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from weitask import counting
from weitask.money import display
from weitask.periods import shanghai
from weitask.widgets import attributes

register = template.Library()


@register.filter
def money(fen: int | None) -> str:
    """Fen as `¥2,000.00` or `-¥2,000.00`; a dash when there is none."""
    if fen is None:
        return "–"
    return f"{'-' if fen < 0 else ''}¥{display(abs(fen))}"


@register.filter(name="attributes")
def attributes_of(given: Mapping[str, object] | None) -> SafeString:
    """`widgets.attributes` of a field that may have none."""
    return attributes(given or {})


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A moment in Shanghai, machine-readable too: `2026-01-05 10:00`; the frame of the page names the zone."""
    if value is None:
        return "–"
    text = shanghai(value).isoformat()
    return SafeString(f'<time datetime="{text}">{text[:10]} {text[11:16]}</time>')


@register.filter
def moment_exact(value: datetime | None) -> SafeString | str:
    """The same to the second with the zone, for evidence: `2026-01-05 10:00:00 UTC+8`."""
    if value is None:
        return "–"
    text = shanghai(value).isoformat()
    return SafeString(f'<time datetime="{text}">{text[:10]} {text[11:19]} UTC+8</time>')


@register.filter
def people(count: int | None) -> str:
    """A count of followers as Chinese readers write it: `48.2万`; `482,000` in English pages."""
    if count is None:
        return "–"
    if gettext("万") != "万" or count < 10_000:
        return f"{count:,}"
    tenths = (count + 500) // 1000
    return f"{tenths // 10}.{tenths % 10}万" if tenths < 10_000 else f"{tenths // 10:,}万"


@cache
def _numbered(url_name: str) -> str:
    return reverse(url_name, args=[_NUMBER]).replace(str(_NUMBER), "{}")


@register.simple_tag
def address(url_name: str, number: int) -> str:
    """`{% url %}` for the pages of rows, `/orders/7/`: finding an address anew for each row takes a tenth of a page."""
    return _numbered(url_name).format(number)


@register.filter
def brief(text: str, length: int) -> str:
    """The beginning of a text, with `…` where more follows; `truncatechars` weighs each character for accents."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


@register.filter
def upto(count: int, most: int) -> str:
    """A count that stops (`weitask.counting`): `7`, `1000+`."""
    return counting.shown(count, most)


@register.filter
def time_left(until: datetime | None, now: datetime) -> str:
    """How long until a moment: `2 天 3 小时`, `35 分钟`; `已到` when it has passed."""
    if until is None:
        return "–"
    left = until - now
    if left <= timedelta():
        return gettext("已到")
    days, hours, minutes = left.days, left.seconds // 3600, left.seconds % 3600 // 60
    if days:
        return gettext("%(days)s 天 %(hours)s 小时") % {"days": days, "hours": hours}
    if hours:
        return gettext("%(hours)s 小时 %(minutes)s 分") % {"hours": hours, "minutes": minutes}
    return gettext("%(minutes)s 分钟") % {"minutes": max(minutes, 1)}


_NUMBER, _NAME = 4_711_007_114, "@of-the-row@"  # stand where a row's own will


@register.simple_tag(takes_context=True)
def stamped(context: template.Context, name_of_template: str, number: int, name: object, **words: object) -> SafeString:
    """A small template in which rows differ by `{{ number }}` and `{{ name }}` alone.

    It is drawn once for each language and each of the other `words`, and sees nothing else of the page.
    """
    small = cast(template.Template, context.template).engine.get_template(name_of_template)
    text = _stamp(small, get_language(), *words.items())
    return SafeString(text.replace(str(_NUMBER), str(number)).replace(_NAME, escape(str(name))))


@cache
def _stamp(small: template.Template, _: str | None, *words: tuple[str, object]) -> str:
    return small.render(template.Context({"number": _NUMBER, "name": _NAME, **dict(words)}))


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """One icon of the sprite; decoration only, the words beside it speak."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def cells(row: Iterable[Mapping[str, str]]) -> SafeString:
    """The cells of a row of figures: each a mapping of `label`, `unit` and `text`."""
    return SafeString("".join([f"{_begun(cell['unit'], cell['label'])}{escape(cell['text'])}</td>" for cell in row]))


@cache  # as many as there are columns; a page has two hundred cells
def _begun(unit: str, label: str) -> SafeString:
    return format_html('<td class="{}" data-label="{}">', "" if unit == "text" else "num", label)


@register.filter
def styled(field: BoundField) -> SafeString:
    """A form field as Tabler draws it, tied to its hint and its errors for screen readers."""
    kind = getattr(field.field.widget, "input_type", "")
    look = {"select": "form-select", "checkbox": "form-check-input", "radio": "form-check-input"}.get(
        kind, "form-control"
    )
    described = [f"{field.id_for_label}_hint"] if field.help_text else []
    attrs: dict[str, str | bool] = {"class": f"{field.field.widget.attrs.get('class', '')} {look}".strip()}
    if field.errors:
        attrs["class"] = f"{attrs['class']} is-invalid"
        attrs["aria-invalid"] = "true"
        described.append(f"{field.id_for_label}_error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


# Colour of each label (spec 1.6); words carry the meaning, colour only helps.
TONES = {
    "muted": "secondary",
    "wait": "blue",
    "good": "green",
    "bad": "red",
    "money": "yellow",
    "payout_pending": "yellow",
    "payout_paid": "green",
    "dispatched": "azure",
    "accepted": "blue",
    "published": "indigo",
    "achieved": "teal",
    "completed": "green",
    "pending": "yellow",
    "paid": "green",
    "refused": "secondary",
    "lapsed": "secondary",
    "cancelled": "secondary",
    "failed": "red",
    "payout_failed": "red",
    "draft": "secondary",
    "in_review": "yellow",
    "rejected": "red",
    "approved": "azure",
    "running": "blue",
    "ended": "green",
    "halted": "red",
    "success": "green",
    "closed": "secondary",
    "bound": "green",
    "invalid": "red",
}


@register.simple_tag
def badge(code: str, text: str, explanation: str = "") -> SafeString:
    """A state as a badge; what it means is told on hover, on a tap, to the keyboard and to screen readers (R112)."""
    return _badge(TONES.get(code, "secondary"), str(text), str(explanation))


@lru_cache(maxsize=1000)
def _badge(tone: str, text: str, explanation: str) -> SafeString:
    told = format_html(' title="{}" tabindex="0"', explanation) if explanation else ""
    return format_html('<span class="badge bg-{0}-lt text-{0}"{2}>{1}</span>', tone, text, told)


class Labelled(Hashable, Protocol):
    """A label that lives as long as the site."""

    tone: str
    name: Promise
    meaning: Promise


@register.simple_tag
def badge_of(label: Labelled) -> SafeString:
    """The badge of one of a few labels that live as long as the site: drawn once for each language."""
    return _drawn(label, get_language())


@cache
def _drawn(label: Labelled, language: str | None) -> SafeString:
    return badge(label.tone, str(label.name), str(label.meaning))


@register.simple_tag(takes_context=True)
def here(context: template.RequestContext) -> str:
    """The address to come back to: of this page, or of the one whose form was sent when this is its answer."""
    request: HttpRequest = context["request"]
    sent_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    if request.method == "POST" and sent_from.netloc == request.get_host():
        return urlunsplit(("", "", sent_from.path, sent_from.query, ""))
    return request.get_full_path()


@register.simple_tag
def query_of(path: str, **values: str | int) -> str:
    """An address with a query string of its own."""
    return f"{path}?{urlencode(values)}"


@register.simple_tag(takes_context=True)
def query(context: template.RequestContext, **changes: object) -> str:
    """The present query string with some values changed; None removes one. For filters and sorts in the address."""
    kept = {key: values for key, values in context["request"].GET.lists() if key not in changes}
    changed = {key: [str(value)] for key, value in changes.items() if value is not None}
    return f"?{urlencode(kept | changed, doseq=True)}"
