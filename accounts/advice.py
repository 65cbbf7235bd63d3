"""收不到订单: why an account gets few orders, against its peers, with what to do about it (R142)."""

from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import MediaAccount
from accounts.queries import price_of
from weitask.money import display

MIN_PEERS: Final = 5  # with fewer, no comparison is made
DEAR: Final = 120  # per cent of the peers' median price per thousand followers

# Medians of accounts that take orders in the same category: followers, and fen per thousand followers.
_PEERS: Final = """
SELECT count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY followers),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY {price} * 1000 / followers) FILTER (WHERE {price} > 0)
FROM accounts_mediaaccount
WHERE taking = 'open' AND authorised AND suspended_at IS NULL AND followers > 0 AND id <> %s
  AND category_id IS NOT DISTINCT FROM %s
"""
_PRICE_COLUMNS: Final = {"original": "price_original", "repost": "price_repost"}


@dataclass(frozen=True)
class Advice:
    """One reason, most pressing first: a stable code and a sentence that says what to do."""

    code: str
    text: str


def advise(*, account: MediaAccount) -> list[Advice]:
    """Everything that keeps orders away from an account; empty when nothing stands out."""
    found = _obstacles(account)
    for form in ("original", "repost"):
        found += _against_peers(account, form)
    return list({advice.code: advice for advice in found}.values())


def _obstacles(account: MediaAccount) -> list[Advice]:
    """What makes it impossible to be chosen at all."""
    checks = (
        ("not_authorised", not account.authorised, _("授权已失效，请重新授权后才能被选择。")),
        ("in_review", account.review == "pending", _("授权审核尚未完成，通过后才能被选择。")),
        ("review_rejected", account.review == "rejected", _("授权审核未通过，请按理由调整后重新申请。")),
        (
            "taking_closed",
            account.review == "approved" and account.taking in ("off", "rejected"),
            _("接单功能未开通，请填写接单申请。"),
        ),
        ("suspended", account.suspended_at is not None, _("帐号已暂停交易，请联系客服。")),
        ("no_price", not (account.price_original or account.price_repost), _("尚未设定价格，请先填写原发或转发收入。")),
        ("no_category", account.category_id is None, _("尚未选择帐号类别，按类别筛选时不会出现。")),
    )
    return [Advice(code, text) for code, broken, text in checks if broken]


def _against_peers(account: MediaAccount, form: str) -> list[Advice]:
    price = price_of(account, form)
    with connection.cursor() as cursor:
        cursor.execute(_PEERS.format(price=_PRICE_COLUMNS[form]), [account.pk, account.category_id])
        peers, followers, per_thousand = cursor.fetchone()
    if peers < MIN_PEERS:
        return []
    found = []
    if price and per_thousand and account.followers:
        fair = per_thousand * account.followers // 1000
        if price * 100 > fair * DEAR:
            found.append(_dear(form, price, fair))
    if account.followers * 2 < followers:
        found.append(
            Advice(
                "few_followers",
                _("粉丝数低于同类帐号的中位数（%(median)s），可用心运营以提升粉丝，或适当调低价格。")
                % {"median": f"{followers:,}"},
            )
        )
    return found


def _dear(form: str, price: int, fair: int) -> Advice:
    words = (
        _("原发价格 %(price)s 元高于粉丝量相当的同类帐号（约 %(fair)s 元），可适当调低。")
        if form == "original"
        else _("转发价格 %(price)s 元高于粉丝量相当的同类帐号（约 %(fair)s 元），可适当调低。")
    )
    return Advice(f"dear_{form}", words % {"price": display(price), "fair": display(fair)})
