"""Standing rules of an owner: orders that are accepted without asking again (R61), by the same verb as by hand.

A rule only ever says yes. What it does not take, or what `answering.accept` refuses, waits for the owner as before.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import MediaAccount, User
from orders import answering
from orders.models import Order, StandingRule
from orders.moves import State
from orders.stopwatch import Stopwatch
from weitask.periods import shanghai
from weitask.questions import Question
from weitask.refusal import Forbidden, Problem, Refusal
from weitask.retrying import retrying

logger = logging.getLogger(__name__)
BATCH: Final = 200  # orders of one look


@dataclass(frozen=True)
class Wanted:
    """What an owner wants accepted: per form the least net income in fen (None: never), between which hours, and
    without which categories of content (names of `RuleCategory`)."""

    original_from: int | None
    repost_from: int | None
    opens: time
    closes: time
    left_out: Sequence[str] = ()
    ip: str | None = None  # the owner's address when the rule was set, which Weibo wants with each post


def set_rule(*, account: MediaAccount, by: User, wanted: Wanted, now: datetime) -> StandingRule:
    """Set the rule of one's own account; it acts on orders dispatched from now on.

    Raises:
        Forbidden: `not_owner`.
        Refusal: `hours` the window is empty.
    """
    _require_owner(account, by)
    if wanted.opens >= wanted.closes:
        raise Refusal.many([Problem("hours", _("结束时间须晚于开始时间"), field="closes")])
    rule, _made = StandingRule.objects.update_or_create(
        account=account,
        defaults={
            "original_from": wanted.original_from,
            "repost_from": wanted.repost_from,
            "opens": wanted.opens,
            "closes": wanted.closes,
            "left_out": list(wanted.left_out),
            "ip": wanted.ip,
            "set_at": now,
        },
    )
    return rule


def drop_rule(*, account: MediaAccount, by: User) -> bool:
    """Accept by hand again; whether there was a rule.

    Raises:
        Forbidden: `not_owner`.
    """
    _require_owner(account, by)
    return StandingRule.objects.filter(account=account).delete()[0] > 0


def act_due(now: datetime) -> int:
    """Accept what the rules take among orders that no rule has looked at yet; returns how many were accepted."""
    due = Order.objects.filter(rule_due_at__lte=now, state=State.DISPATCHED)
    orders = due.select_related("owner", "account__standing_rule", "item__submission").order_by("start_at", "pk")[
        :BATCH
    ]
    watch = Stopwatch(now)  # each order is answered by the time at which its turn comes (A19)
    return sum(_act(order, now=watch.read()) for order in orders)


_WAITING: Final = Question(
    lambda: Order.objects.filter(rule_due_at__isnull=False, state=State.DISPATCHED), column="rule_due_at"
)


def next_due(now: datetime) -> datetime | None:
    """When an order waits for the look of its account's rule."""
    return _WAITING.earliest()


def takes(rule: StandingRule, order: Order) -> bool:
    """Whether the rule says yes: enough income for the form, a start between its hours in Shanghai, and nothing found
    in the submission of a category that the owner wants to look at, be it another account's text."""
    least = rule.original_from if order.form == "original" else rule.repost_from
    pays = least is not None and order.price >= least
    in_time = rule.opens <= shanghai(order.start_at).time() <= rule.closes
    return pays and in_time and not (rule.left_out and _found_in(order) & set(rule.left_out))


def _found_in(order: Order) -> set[str]:
    """The categories of what screening pointed at in the submission."""
    return {finding["category"] for finding in order.item.submission.findings}


def _act(order: Order, *, now: datetime) -> int:
    """One order, looked at once whatever comes of it."""
    Order.objects.filter(pk=order.pk).update(rule_due_at=None)
    rule = getattr(order.account, "standing_rule", None)
    if rule is None or not takes(rule, order):
        return 0
    try:
        retrying(lambda: answering.accept(order=order, by=order.owner, ip=rule.ip, now=now))
    except Refusal as refusal:
        logger.info("the rule of account %s left order %s: %s", order.account_id, order.number, refusal)
        return 0
    return 1


def _require_owner(account: MediaAccount, by: User) -> None:
    if account.owner_id != by.pk:
        raise Forbidden("not_owner", _("只能管理自己的帐号"))
