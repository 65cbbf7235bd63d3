"""Findings in words and in place: the text with each hit marked, its rule and normalised form on hover and focus."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tasks.queries import Segment


def told(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding with its rule and its place in words."""
    rules = {
        "word": _("词汇"),
        "pattern": _("句式"),
        "monitor_domain": _("监测域名"),
        "monitor_name": _("疑似监测域名"),
        "monitor_parameter": _("疑似监测参数"),
        "not_opened": _("短链接未能展开，请人工打开"),
        "hidden_target": _("其它短链接，请人工打开"),
        "bad_link": _("可疑地址"),
    }
    kind, _sep, which = finding["where"].partition(":")
    places = {
        "text": _("任务内容"),
        "image": _("图片名 #%(which)s") % {"which": which},
        "selection": _("第 %(which)d 个帐号的内容") % {"which": int(which or 0) + 1},
        "source_url": _("原文链接"),
        "source_text": _("原微博"),
    }
    what, category = rules.get(finding["rule"], finding["rule"]), finding["category"]
    entry = finding.get("entry")  # findings from before the rule book name none
    return {
        **finding,
        "group": _(category),
        "what": what,
        "label": _("%(kind)s「%(rule)s」") % {"kind": what, "rule": entry} if entry else what,
        "place": places.get(kind, kind),
    }


def highlighted(segments: Sequence[Segment]) -> SafeString:
    """The text with a focusable mark on every hit, followed by what to say about it."""
    return format_html_join("", "{}", ((_marked(part),) for part in segments))


def _marked(part: Segment) -> "SafeString | str":
    if not part.marks:
        return part.text
    action = "block" if any(mark["action"] == "block" for mark in part.marks) else "flag"
    return format_html(
        '<mark class="wt-{}" tabindex="0">{}</mark><span class="wt-tip" role="note">{}</span>',
        action,
        part.text,
        _tips(told(mark) for mark in part.marks),
    )


def _tips(marks: Iterable[dict[str, Any]]) -> SafeString:
    lines = ((mark["group"], mark["label"], _("规范形式：%(plain)s") % {"plain": mark["shown"]}) for mark in marks)
    return format_html_join("", "<span><b>{}</b> {}<br>{}</span>", lines)
