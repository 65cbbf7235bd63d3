"""帮助中心: the articles, the live values of the rules they speak of, and the search over them (R50).

An article is a template under `templates/help/`; its words are ours, its figures come from the modules that decide by
them, so the page cannot say anything else than the code does.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import rating
from billing import credit
from orders import refusals
from orders.labels import LABELS
from tasks.policy import THRESHOLD
from weitask import periods

AROUND: Final = 48  # characters of context on each side of a hit
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Section:
    """A group of articles, for whom they are."""

    key: str
    title: Promise
    icon: str


@dataclass(frozen=True)
class Article:
    """One question, answered in `templates/help/<slug>.html`."""

    slug: str
    section: str
    title: Promise

    @property
    def template(self) -> str:
        return f"help/{self.slug}.html"


SECTIONS: Final = (
    Section("start", _("开始使用"), "home"),
    Section("advertiser", _("创建任务"), "clipboard-list"),
    Section("owner", _("接单"), "inbox"),
    Section("money", _("充值与结算"), "wallet"),
)
ARTICLES: Final = (
    Article("identities", "start", _("三种身份有什么不同？")),
    Article("order-states", "start", _("十二种订单状态各是什么意思？")),
    Article("figures", "start", _("页面上的数据怎么理解？")),
    Article("create-task", "advertiser", _("怎样创建并提交任务？")),
    Article("task-times", "advertiser", _("开始时间有什么限制？为什么有的帐号选不了？")),
    Article("cannot-create", "advertiser", _("为什么无法创建或提交任务？")),
    Article("no-data", "advertiser", _("为什么提示“无法取回数据”？")),
    Article("review", "advertiser", _("审核看什么？没有通过怎么办？")),
    Article("answers", "advertiser", _("接单、拒单和流单会怎样？")),
    Article("results", "advertiser", _("怎样查看执行情况和效果？")),
    Article("best-effect", "advertiser", _("怎样选到合适的帐号？")),
    Article("halt", "advertiser", _("紧急叫停之后会怎样？")),
    Article("start-taking", "owner", _("怎样开通接单并设定价格？")),
    Article("take-order", "owner", _("收到订单后怎样操作？")),
    Article("no-orders", "owner", _("为什么收不到订单？")),
    Article("rating", "owner", _("评级怎么算？什么会影响它？")),
    Article("keep-post", "owner", _("怎样才算完成？可以删除微博吗？")),
    Article("more-income", "owner", _("怎样获得更多收入？")),
    Article("recharge", "money", _("怎样充值？钱分成哪几部分？")),
    Article("charges", "money", _("什么时候扣款？服务费怎么算？")),
    Article("settlement", "money", _("收入什么时候到账？")),
    Article("refund", "money", _("没用完的钱怎样退？")),
    Article("invoice", "money", _("怎样开发票？")),
)
BY_SLUG: Final = {article.slug: article for article in ARTICLES}


@dataclass(frozen=True)
class Hit:
    """An article that has all the words asked for; `snippet` is the text around the first, with the words marked."""

    article: Article
    snippet: SafeString


def values(*, now: datetime) -> dict[str, Any]:
    """The figures the articles speak of, as they are in force at `now`."""
    return {
        "labels": LABELS,
        "threshold": THRESHOLD,
        "fee_percent": f"{credit.fee_rate_at(at=now) / 100:g}",
        "slot_minutes": _minutes(periods.SLOT.total_seconds()),
        "start_from_hours": int(periods.START_FROM.total_seconds() // 3600),
        "start_to_days": periods.START_TO.days,
        "window_minutes": _minutes(periods.POST_WINDOW.total_seconds()),
        "earn_hours": int(periods.EARN_AFTER.total_seconds() // 3600),
        "keep_days": periods.KEEP_FOR.days,
        "reason_least": refusals.LEAST,
        "grounds": refusals.GROUNDS,
        "rating_days": rating.WINDOW.days,
        "rating_formula": rating.FORMULA,
        "rating_least": rating.MIN_ORDERS,
        "specific_from": rating.SPECIFIC_FROM,
        "lapse_percent": settings.SUSPEND_LAPSE_RATE_BP // 100,
    }


def body(article: Article, *, now: datetime) -> SafeString:
    """The article in the language of the moment."""
    return render_to_string(article.template, values(now=now))


def of_section(key: str) -> list[Article]:
    """The articles of one section in their order."""
    return [article for article in ARTICLES if article.section == key]


def search(words: str, *, now: datetime) -> list[Hit]:
    """Articles whose title or text has every word, those with a word in the title first; nothing for no words."""
    wanted = words.casefold().split()
    if not wanted:
        return []
    found = list(_matches(wanted, now=now))
    return [hit for _rank, hit in sorted(found, key=lambda pair: pair[0])]


def _matches(wanted: Sequence[str], *, now: datetime) -> Iterator[tuple[bool, Hit]]:
    for article in ARTICLES:
        title = str(article.title)
        text = _SPACE.sub(" ", html.unescape(strip_tags(body(article, now=now)))).strip()
        if all(word in f"{title} {text}".casefold() for word in wanted):
            in_title = any(word in title.casefold() for word in wanted)
            yield not in_title, Hit(article, _snippet(text, wanted))


def _snippet(text: str, wanted: Sequence[str]) -> SafeString:
    folded = text.casefold()
    place = min((folded.find(word) for word in wanted if word in folded), default=0)
    start, end = max(0, place - AROUND), min(len(text), place + AROUND * 2)
    words = re.compile("(" + "|".join(re.escape(word) for word in wanted) + ")", re.IGNORECASE)
    parts = words.split(text[start:end])  # every second part is a hit
    marked = format_html_join("", "{}", ((_mark(part) if odd % 2 else part,) for odd, part in enumerate(parts)))
    return format_html("{}{}{}", "…" if start else "", marked, "…" if end < len(text) else "")


def _mark(word: str) -> SafeString:
    return format_html("<mark>{}</mark>", word)


def _minutes(seconds: float) -> int:
    return int(seconds // 60)
