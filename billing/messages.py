"""What people are told about their money: notices written in the transaction of the fact itself."""

from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import notices
from billing.models import Payout, TopUp
from weitask import money

WALLET: Final = "/wallet/"
EARNINGS: Final = "/earnings/"
BANK_CARD: Final = "/bank-card/"


def recharged(*, topup: TopUp, now: datetime) -> None:
    """Tell the advertiser that the money is there."""
    notice = notices.NewNotice(
        user_id=topup.advertiser.user_id,
        kind="recharged",
        dedupe=f"recharged:{topup.pk}",
        title=_("充值成功"),
        body=format_lazy(_("充值 {amount} 元已到账。"), amount=money.display(topup.amount)),
        url=WALLET,
    )
    notices.post([notice], now=now)


def paid(*, payout: Payout, attempt_id: int, now: datetime) -> None:
    """Tell the owner that the bank has the money."""
    body = format_lazy(_("{amount} 元已付到您的银行卡，到账时间以银行为准。"), amount=money.display(payout.amount))
    _tell_owner(payout, kind="payout_paid", fact=f"{attempt_id}", title=_("结算已付款"), body=body, now=now)


def not_paid(*, payout: Payout, fact: str, now: datetime) -> None:
    """Tell the owner that a payout failed, why, and what to do; `fact` names the failure."""
    body = format_lazy(
        _("{amount} 元未能付出：{problem}。\n请检查银行卡，设置正确后会自动重新付款。"),
        amount=money.display(payout.amount),
        problem=_(payout.problem),
    )
    _tell_owner(payout, kind="payout_failed", fact=fact, title=_("结算支付失败"), body=body, now=now)


def _tell_owner(payout: Payout, *, kind: str, fact: str, title: Promise, body: Promise, now: datetime) -> None:
    urgent = kind == "payout_failed"
    notice = notices.NewNotice(
        user_id=payout.owner_id,
        kind=kind,
        dedupe=f"{kind}:{payout.pk}:{fact}",
        title=title,
        body=body,
        url=BANK_CARD if urgent else EARNINGS,
        urgent=urgent,
        weibo_uid=notices.FIRST_BOUND,
    )
    notices.post([notice], now=now)


def no_card(*, payouts: list[tuple[int, int, int]], now: datetime) -> None:
    """Tell many owners, by (payout id, owner id, fen), that their income waits for a bank card (R111)."""
    notices.post(
        [
            notices.NewNotice(
                user_id=owner_id,
                kind="payout_failed",
                dedupe=f"payout_failed:{payout_id}:card",
                title=_("请绑定银行卡"),
                body=format_lazy(_("{amount} 元收入等待付款：未绑定银行卡。"), amount=money.display(amount)),
                url=BANK_CARD,
                urgent=True,
                weibo_uid=notices.FIRST_BOUND,
            )
            for payout_id, owner_id, amount in payouts
        ],
        now=now,
    )
