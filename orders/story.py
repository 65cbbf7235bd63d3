"""A task from its submission to its end: what happened when, and where its money went (R66, R120-R123, A13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Hold, Reason, Transfer
from orders.labels import BY_SLUG
from orders.moves import Cause
from tasks.models import Decision, Task
from weitask.money import display

MOST: Final = 60  # happenings shown, the latest
# What many orders did alike within an hour is one line: hundreds of accounts answer within a morning.
_MOVES: Final = """
SELECT e.new, e.cause, min(e.at), count(*), min(a.screen_name)
FROM orders_orderevent e JOIN orders_order o ON o.id = e.order_id JOIN accounts_mediaaccount a ON a.id = o.account_id
WHERE o.task_id = %s GROUP BY e.new, e.cause, date_trunc('hour', e.at)
"""
_FLOW: Final = """
SELECT (t.at AT TIME ZONE 'Asia/Shanghai')::date, t.reason, count(*), sum(t.amount)::bigint
FROM orders_order o JOIN billing_transfer t ON t.reference = o.id AND t.reason IN ('freeze', 'release', 'earn', 'fee')
WHERE o.task_id = %s GROUP BY 1, 2 ORDER BY 1, min(t.id)
"""
_SAID: Final[dict[str, Promise]] = {
    Reason.FREEZE: gettext_lazy("审核通过，冻结"),
    Reason.RELEASE: gettext_lazy("未执行，解冻退回可用余额"),
    Reason.EARN: gettext_lazy("达成，付给帐号主"),
    Reason.FEE: gettext_lazy("达成，平台服务费"),
}


@dataclass(frozen=True)
class Happening:
    """One line of the timeline; `tone` is the slug of a label, or of a state of tasks."""

    at: datetime
    title: str
    detail: str
    tone: str


@dataclass(frozen=True)
class Flow:
    """What one day did to the task's money for one reason: how many orders, fen, and what was frozen afterwards."""

    day: date
    what: str
    orders: int
    amount: int
    frozen: int


@dataclass(frozen=True)
class Money:
    """The task's money: fen still held for a review (审核预占), the flow through 冻结金额, and 平台补偿."""

    held: int
    flow: list[Flow]
    goodwill: int


def timeline(task: Task) -> list[Happening]:
    """The latest first."""
    found = [*_submissions(task), *_decisions(task), *_moves(task)]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST]


def money(task: Task) -> Money:
    """Read from the book itself, so that it cannot say anything else; the frozen balance runs from day to day."""
    submissions = task.submissions.values("pk")
    held = sum(Hold.objects.filter(submission_id__in=submissions, ended_at=None).values_list("amount", flat=True))
    paid_back = Transfer.objects.filter(reason=Reason.GOODWILL, reference__in=task.decisions.values("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_FLOW, [task.pk])
        rows = cursor.fetchall()
    flow, frozen = [], 0
    for day, reason, orders, amount in rows:
        frozen += amount if reason == Reason.FREEZE else -amount
        flow.append(Flow(day, str(_SAID[reason]), orders, amount, frozen))
    return Money(held, flow, sum(paid_back.values_list("amount", flat=True)))


def _submissions(task: Task) -> Iterator[Happening]:
    for one in task.submissions.all():
        title = _("增加订单，提交审核") if one.addition else _("提交审核")
        yield Happening(one.submitted_at, title, _("费用 %(money)s 元") % {"money": display(one.total)}, "in_review")


_TONES: Final = {
    Decision.Verdict.APPROVE: "approved",
    Decision.Verdict.REJECT: "rejected",
    Decision.Verdict.HALT: "halted",
}


def _decisions(task: Task) -> Iterator[Happening]:
    for one in task.decisions.all():
        title = _("审核：%(verdict)s") % {"verdict": one.get_verdict_display()}
        yield Happening(one.at, title, one.reason, _TONES[Decision.Verdict(one.verdict)])


def _moves(task: Task) -> Iterator[Happening]:
    with connection.cursor() as cursor:
        cursor.execute(_MOVES, [task.pk])
        rows = cursor.fetchall()
    for state, cause, at, count, name in rows:
        who = f"@{name}" if count == 1 else _("@%(name)s 等 %(count)s 个帐号") % {"name": name, "count": count}
        why = str(Cause(cause).label) if cause else ""
        yield Happening(at, str(BY_SLUG[state]), _("%(who)s · %(why)s") % {"who": who, "why": why}, state)
