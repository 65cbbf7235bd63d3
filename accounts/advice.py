"""收不到订单: why an account gets few orders, against its peers, with what to do about it (R142)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import MediaAccount
from accounts.price_bands import Placed
from weitask.money import display

MIN_PEERS: Final = 5  # with fewer, no comparison is made
DEAR: Final = 120  # per cent of the peers' median price per thousand followers
BASE_RATING: Final = 60  # of an account that nothing is known of
SLOW: Final = 240  # minutes to an answer; a start may be an hour away
FEW_ACCEPTED: Final = 5_000  # basis points

# Medians of accounts that take orders in the same category: followers, and fen per thousand followers. The newest
# thousand speak for all, so that a page costs the same in a market of a million.
_PEERS: Final = """
SELECT count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY followers),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY price_original * 1000 / followers) FILTER (WHERE price_original > 0),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY price_repost * 1000 / followers) FILTER (WHERE price_repost > 0)
FROM (
    SELECT followers, price_original, price_repost FROM accounts_mediaaccount
    WHERE taking = 'open' AND authorised AND suspended_at IS NULL AND followers > 0 AND id <> %s
      AND category_id IS NOT DISTINCT FROM %s
    ORDER BY id DESC LIMIT 1000
) AS peers
"""
_FORMS: Final = ("original", "repost")


@dataclass(frozen=True)
class Advice:
    """One reason: a stable code, a sentence that says what to do, and where (an address as from the account's page)."""

    code: str
    text: str
    url: str = ""
    action: str = ""


def advise(*, account: MediaAccount, prices: Sequence[Placed] = ()) -> list[Advice]:
    """Everything that keeps orders away from an account; empty when nothing stands out.

    `prices` among settled ones decide where they are known; else a price is held against those that peers ask.
    """
    found = _obstacles(account)
    found += [_above(one) for one in prices if one.where == "above"]
    found += _against_peers(account, set(_FORMS) - {one.form for one in prices if one.band is not None})
    found += _conduct(account)
    return list({advice.code: advice for advice in found}.values())


def _obstacles(account: MediaAccount) -> list[Advice]:
    """What makes it impossible to be chosen at all."""
    login, shop = (reverse("weibo_accounts"), _("去重新授权")), ("#taking", _("去填写"))
    prices, help_ = ("#prices", _("去定价")), (reverse("support"), _("联系客服"))
    checks = (
        ("not_authorised", not account.authorised, _("授权已失效，请重新授权后才能被选择。"), login),
        ("in_review", account.review == "pending", _("授权审核尚未完成，通过后才能被选择。"), ()),
        ("review_rejected", account.review == "rejected", _("授权审核未通过，请按理由调整后重新申请。"), login),
        (
            "taking_closed",
            account.review == "approved" and account.taking in ("off", "rejected"),
            _("接单功能未开通，请填写接单申请。"),
            shop,
        ),
        ("suspended", account.suspended_at is not None, _("帐号已暂停交易，恢复前不能接新订单。"), help_),
        (
            "no_price",
            not (account.price_original or account.price_repost),
            _("尚未设定价格，请先填写原发或转发收入。"),
            prices,
        ),
        ("no_category", account.category_id is None, _("尚未选择帐号类别，按类别筛选时不会出现。"), shop),
        (
            "personal_off",
            account.specific and not account.specific_opt_in,
            _("帐号在特定帐号名单中，但您没有接受个人用户派单；愿意接受可多一类订单。"),
            ("#personal", _("去开启")),
        ),
    )
    return [Advice(code, text, *where) for code, broken, text, where in checks if broken]


def _conduct(account: MediaAccount) -> list[Advice]:
    """What advertisers see of the last 30 days and pass over."""
    rule = (reverse("media_rule", args=[account.pk]), _("设定自动接单"))
    minutes, accepted, lapsed = account.answer_minutes or 0, account.accept_rate_bp, account.lapse_rate_bp or 0
    checks = (
        (
            "slow_answers",
            minutes > SLOW,
            _("平均 %(hours)s 小时才答复订单，广告主会先选答复快的帐号；收到提醒后尽快处理，或让够价的订单自动接下。")
            % {"hours": minutes // 60},
            rule,
        ),
        (
            "lapses",
            lapsed > settings.WARN_LAPSE_RATE_BP,
            _("近 30 天 %(percent)s%% 的订单流单；不想接的也请在开始前拒单，写明原因，流单最伤评级。")
            % {"percent": lapsed // 100},
            (reverse("orders"), _("去处理订单")),
        ),
        (
            "few_accepted",
            accepted is not None and accepted < FEW_ACCEPTED,
            _("近 30 天只接了 %(percent)s%% 的订单；常因价格拒单的话，直接把价格调到您愿意接的数。")
            % {"percent": (accepted or 0) // 100},
            ("#prices", _("去定价")),
        ),
        (
            "low_rating",
            account.rating < BASE_RATING,
            _("评级 %(rating)s 分，低于新帐号的 %(base)s 分，排序靠后；看看哪一项失分，从那一项补起。")
            % {"rating": account.rating, "base": BASE_RATING},
            (reverse("media_rating", args=[account.pk]), _("查看分项")),
        ),
    )
    return [Advice(code, text, *where) for code, stands_out, text, where in checks if stands_out]


def _against_peers(account: MediaAccount, forms: Collection[str]) -> list[Advice]:
    """The account's followers, and its prices of these forms, against those of accounts in the same category."""
    with connection.cursor() as cursor:
        cursor.execute(_PEERS, [account.pk, account.category_id])
        peers, followers, *medians = cursor.fetchone()
    if peers < MIN_PEERS:
        return []
    found = []
    prices = (account.price_original, account.price_repost)
    for form, price, per_thousand in zip(_FORMS, prices, medians, strict=True):
        if form in forms and price and per_thousand and account.followers:
            fair = per_thousand * account.followers // 1000
            if price * 100 > fair * DEAR:
                found.append(_dear(form, price, fair))
    if account.followers * 2 < followers:
        words = _("粉丝数低于同类帐号的中位数（%(median)s），可用心运营以提升粉丝，或适当调低价格。")
        found.append(Advice("few_followers", words % {"median": f"{followers:,}"}, reverse("lessons"), _("看运营课堂")))
    return found


def _dear(form: str, price: int, fair: int) -> Advice:
    words = (
        _("原发价格 %(price)s 元高于粉丝量相当的同类帐号（约 %(fair)s 元），可适当调低。")
        if form == "original"
        else _("转发价格 %(price)s 元高于粉丝量相当的同类帐号（约 %(fair)s 元），可适当调低。")
    )
    return Advice(f"dear_{form}", words % {"price": display(price), "fair": display(fair)}, "#prices", _("去定价"))


def _above(placed: Placed) -> Advice:
    """Dearer than three quarters of what similar accounts were paid."""
    words = (
        _("原发价格 %(price)s 元高于多数同类成交价（中位数 %(middle)s 元），可先降到 %(high)s 元试试。")
        if placed.form == "original"
        else _("转发价格 %(price)s 元高于多数同类成交价（中位数 %(middle)s 元），可先降到 %(high)s 元试试。")
    )
    assert placed.band is not None  # noqa: S101 [nothing lies above no band]
    figures = {"price": placed.price or 0, "high": placed.band.high, "middle": placed.band.middle}
    told = words % {name: display(fen) for name, fen in figures.items()}
    return Advice(f"dear_{placed.form}", told, "#prices", _("去定价"))
