"""Notices, an owner's accounts and bound Weibo accounts as workbooks: the rows of the page, with its filters."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.models import MediaAccount, Notice, WeiboAccount
from weitask.xlsx import Value, amount

NOTICES: Final = (_("时间（北京时间）"), _("标题"), _("内容"), _("阅读时间（北京时间）"))
ACCOUNTS: Final = (
    _("微博昵称"),
    _("类别"),
    _("粉丝数"),
    _("原发收入（元）"),
    _("转发收入（元）"),
    _("评级"),
    _("授权审核"),
    _("接单功能"),
)
WEIBO_ACCOUNTS: Final = (
    _("微博昵称"),
    _("粉丝数"),
    _("认证说明"),
    _("授权状态"),
    _("授权到期（北京时间）"),
    _("授权审核"),
)


def of_notices(notices: Iterable[Notice]) -> Iterator[list[Value]]:
    """A row for each notice."""
    for one in notices:
        yield [one.created_at, one.title, one.body, one.read_at]


def of_accounts(accounts: Iterable[MediaAccount]) -> Iterator[list[Value]]:
    """A row for each account as its owner sees it."""
    for one in accounts:
        yield [
            one.screen_name,
            str(one.category or ""),
            one.followers,
            *(None if fen is None else amount(fen) for fen in (one.price_original, one.price_repost)),
            one.rating,
            one.get_review_display(),
            one.get_taking_display(),
        ]


def of_weibo_accounts(accounts: Iterable[WeiboAccount]) -> Iterator[list[Value]]:
    """A row for each bound account, with what its 自媒体帐号 came to where it takes orders."""
    for one in accounts:
        taking = getattr(one, "media", None)
        yield [
            one.screen_name,
            one.followers,
            one.verified_reason,
            one.get_token_state_display(),
            one.token_expires_at,
            taking.get_review_display() if taking else "",
        ]
