"""报价单: a read-only quote of a draft for people without a login, until it expires or is taken back (R31, A10)."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from tasks import policy, quoting
from tasks.models import SharedQuote, Task
from weitask.periods import shanghai
from weitask.refusal import Conflict, Refusal

DAYS: Final = (1, 3, 7)  # a start lies at most seven days ahead (R26)
AT_ONCE: Final = 20  # of one task


def share(*, task: Task, by: User, days: int, now: datetime) -> SharedQuote:
    """Take a picture of the draft's accounts and prices; its link shows it for `days` days.

    Raises:
        Conflict: `not_editable`, the task is published and costs what it was submitted for.
        Refusal: `selections`, nothing to quote; `days`, not offered; `too_many_quotes`.
    """
    policy.require_own(advertiser=task.advertiser, by=by)
    if not task.is_editable:
        raise Conflict("not_editable", _("任务已提交，不能再分享报价"))
    if days not in DAYS:
        raise Refusal("days", _("请选择有效期"), field="days")
    chosen = list(task.selections.select_related("account").order_by("position", "id"))
    if not chosen:
        raise Refusal("selections", _("请选择帐号"), field="selections")
    if task.quotes.filter(expires_at__gt=now).count() >= AT_ONCE:
        raise Refusal("too_many_quotes", _("有效的报价单已有 %(count)s 份，请先撤回一份") % {"count": AT_ONCE})
    priced = quoting.quote(form=task.form, account_ids=[one.account_id for one in chosen], now=now)
    lines = []
    for one, row in zip(chosen, priced.rows, strict=True):
        start = one.start_at or task.start_at
        lines.append(
            {
                "name": one.account.screen_name,
                "followers": row.followers,
                "start_at": shanghai(start).isoformat() if start else None,
                "net": row.price,
                "fee": row.fee,
            }
        )
    return SharedQuote.objects.create(
        task=task,
        token=secrets.token_urlsafe(24),
        made_at=now,
        expires_at=now + timedelta(days=days),
        text=task.text,
        lines=lines,
        net=priced.net,
        fee=priced.fee,
        coverage=priced.coverage,
    )


def take_back(*, quote: SharedQuote, by: User) -> None:
    """The link shows nothing from now on."""
    policy.require_own(advertiser=quote.task.advertiser, by=by)
    quote.delete()


def read(*, token: str, now: datetime) -> SharedQuote | None:
    """The quote behind a link; None when it never was, has expired or was taken back."""
    return SharedQuote.objects.select_related("task__advertiser").filter(token=token, expires_at__gt=now).first()
