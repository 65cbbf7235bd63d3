"""What is shown of an account to whom: the declared field matrix (A27, R5, R7, R141, section 5).

The set of indicators keeps growing, so they are data: a page, the API and the export walk this table. A new one is a
row here and, when it is not a column of the search row yet, one annotation of `queries.market`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto
from operator import attrgetter as _of
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Advertiser, MediaAccount


class Audience(Flag):
    """Who may see an indicator of somebody else's account; owners see all of their own."""

    PERSONAL = auto()
    ENTERPRISE = auto()
    BOTH = PERSONAL | ENTERPRISE


@dataclass(frozen=True)
class Indicator:
    """One figure or fact.

    Attributes:
        key: its name in the API.
        label: its heading.
        unit: how to show it: "text", "people", "fen", "score", "percent" (basis points), "minutes", "count".
        audience: which kind of advertiser sees it.
        value: reads it from an account of `queries.market`.
        kept: it is the column of that name, and how it moved is kept day by day (`history`).
    """

    key: str
    label: str | Promise
    unit: str
    audience: Audience
    value: Callable[[MediaAccount], Any]
    kept: bool = False


def _category(account: MediaAccount) -> str:
    return str(account.category or "")


def cpm(account: MediaAccount, form: str) -> int | None:
    """Net fen per thousand followers for a form, rounded down; None without price or followers."""
    price = account.price_original if form == "original" else account.price_repost
    return price * 1000 // account.followers if price and account.followers else None


INDICATORS: Final = (
    Indicator("screen_name", _("微博昵称"), "text", Audience.BOTH, _of("screen_name")),
    Indicator("category", _("帐号类别"), "text", Audience.BOTH, _category),
    Indicator("followers", _("粉丝数"), "people", Audience.BOTH, _of("followers"), kept=True),
    Indicator("rating", _("评级"), "score", Audience.BOTH, _of("rating"), kept=True),
    Indicator("price_repost", _("转发价格"), "fen", Audience.BOTH, _of("price_repost")),
    Indicator("price_original", _("原发价格"), "fen", Audience.ENTERPRISE, _of("price_original")),
    Indicator("region", _("地区"), "text", Audience.ENTERPRISE, _of("region")),
    Indicator("organisation", _("企业认证"), "text", Audience.ENTERPRISE, _of("organisation")),
    Indicator("cpm_repost", _("转发千粉价"), "fen", Audience.ENTERPRISE, lambda account: cpm(account, "repost")),
    Indicator("cpm_original", _("原发千粉价"), "fen", Audience.ENTERPRISE, lambda account: cpm(account, "original")),
    Indicator("accept_rate_bp", _("接单率"), "percent", Audience.ENTERPRISE, _of("accept_rate_bp"), kept=True),
    Indicator("lapse_rate_bp", _("流单率"), "percent", Audience.ENTERPRISE, _of("lapse_rate_bp"), kept=True),
    Indicator("answer_minutes", _("平均响应"), "minutes", Audience.ENTERPRISE, _of("answer_minutes"), kept=True),
    Indicator("median_reposts", _("转发中位数"), "count", Audience.ENTERPRISE, _of("median_reposts"), kept=True),
    Indicator("median_comments", _("评论中位数"), "count", Audience.ENTERPRISE, _of("median_comments"), kept=True),
)


_SHOWN: Final = {
    audience: tuple(indicator for indicator in INDICATORS if audience in indicator.audience)
    for audience in (Audience.PERSONAL, Audience.ENTERPRISE)
}


def shown_to(advertiser: Advertiser) -> tuple[Indicator, ...]:
    """The indicators an advertiser may see, in order."""
    return _SHOWN[Audience.ENTERPRISE if advertiser.is_enterprise else Audience.PERSONAL]


def row(*, account: MediaAccount, advertiser: Advertiser) -> dict[str, Any]:
    """An account as this advertiser may see it, by indicator key."""
    return {indicator.key: indicator.value(account) for indicator in shown_to(advertiser)}
