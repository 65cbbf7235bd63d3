"""What an account's orders did to its rating: how the score moved and why, and what each order costs (A42, R140)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import rating
from accounts.models import MediaAccount, RatingScore
from orders import ratings
from orders.models import Order, RatingAppeal
from orders.moves import State
from orders.refusals import GROUNDS, Ground
from weitask.periods import shanghai

CHANGES: Final = 20  # shown
LATEST: Final = 20  # orders that cost points
DAYS: Final = 90  # of the chart

# What an order ended as, in the words of what costs points.
_MARKS: Final[dict[str, Promise]] = {
    State.LAPSED: _("到开始时间没有处理（流单）"),
    State.REFUSED: _("无故拒单"),
    State.CANCELLED: _("接单后因帐号原因未能发布"),
    State.FAILED: _("不足 24 小时即删除（订单失败）"),
    State.ACHIEVED: _("不足 30 天即删除"),
    State.COMPLETED: _("不足 30 天即删除"),
}
_EVENTS: Final = """
SELECT width_bucket(e.at, %s::timestamptz[]) AS bucket, e.new, count(*)
FROM orders_orderevent e JOIN orders_order o ON o.id = e.order_id
WHERE o.account_id = %s AND o.dispatched_at > %s - interval '40 days' AND e.at > %s AND e.at <= %s AND e.old <> ''
GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Change:
    """A score that differs from the one before: which parts moved by how many points, and what happened meanwhile.

    `before` is None for the first score; `events` are (state, count) of moves since the one before.
    """

    at: datetime
    score: int
    before: int | None
    moved: Sequence[tuple[Promise | str, int]]
    events: Sequence[tuple[Promise | str, int]]

    @property
    def step(self) -> int:
        return 0 if self.before is None else self.score - self.before


@dataclass(frozen=True)
class Cost:
    """An order that counts against the rating: what it ended as, the points it takes now, its newest appeal."""

    order: Order
    mark: Promise
    points: int
    appeal: RatingAppeal | None

    @property
    def may_appeal(self) -> bool:
        return self.appeal is None or self.appeal.accepted is not None


@dataclass(frozen=True)
class Prospect:
    """What an open order would do to the rating: the score now, accepted, left to lapse, refused by each ground."""

    score: int
    accepted: int
    lapsed: int
    refused: Sequence[tuple[Ground, int]]


def prospect(*, order: Order, now: datetime) -> Prospect:
    """The score by the orders of the last 30 days, with this one answered in each way; the speed of the answer left
    out, which an average over all answers hardly shows (R64, A42)."""
    known = ratings.facts(account_ids=[order.account_id], now=now)
    facts = known[0] if known else rating.Facts(order.account_id)

    def score(answered: int = 1, **more: int) -> int:
        counted = {name: getattr(facts, name) + one for name, one in more.items()}
        told = replace(facts, dispatched=facts.dispatched + answered, **counted)
        return rating.rate(facts=told, followers=order.account.followers).score

    return Prospect(
        score=score(0),
        accepted=score(accepted=1),
        lapsed=score(lapsed=1),
        refused=[(ground, score(refused_unfair=int(not ground.fair))) for ground in GROUNDS],
    )


def changes(*, account: MediaAccount) -> list[Change]:
    """The last changes, newest first."""
    scores = list(account.scores.all()[: CHANGES + 1])
    oldest_first = scores[::-1]
    happened = _events(account, [one.at for one in oldest_first])
    steps = [
        Change(new.at, new.score, old.score, _moved(old, new), happened.get(number, []))
        for number, (old, new) in enumerate(pairwise(oldest_first), 1)
    ]
    first = [Change(one.at, one.score, None, (), ()) for one in oldest_first[:1] if len(scores) <= CHANGES]
    return [*steps[::-1], *first]


def daily(*, account: MediaAccount, now: datetime) -> list[tuple[date, int]]:
    """The score at the end of each day since the first one, 90 days at most; rows are kept per change."""
    today = shanghai(now).date()
    first = today - timedelta(days=DAYS - 1)
    kept = [
        (shanghai(at).date(), score) for at, score in account.scores.order_by("at", "id").values_list("at", "score")
    ]
    if not kept:
        return []
    known = dict(kept)
    before = [score for day, score in kept if day < first]
    score, days = (before[-1] if before else None), []
    for day in (first + timedelta(days=number) for number in range(DAYS)):
        score = known.get(day, score)
        if score is not None:
            days.append((day, score))
    return days


def costs(*, account: MediaAccount, now: datetime) -> list[Cost]:
    """The last orders that count against the account, newest first, each with the points it alone takes."""
    since = now - rating.WINDOW
    found = list(Order.objects.filter(account=account).costing_rating(since).order_by("-ended_at", "-pk")[:LATEST])
    if not found:
        return []
    ids = [order.pk for order in found]
    appeals = {one.order_id: one for one in RatingAppeal.objects.filter(order__in=ids).order_by("at", "pk")}
    [whole] = ratings.facts(account_ids=[account.pk], now=now)
    score = rating.rate(facts=whole, followers=account.followers).score
    spared = ratings.facts_sparing(account_id=account.pk, order_ids=ids, now=now)
    return [
        Cost(
            order,
            _MARKS[order.state],
            rating.rate(facts=spared[order.pk], followers=account.followers).score - score,
            appeals.get(order.pk),
        )
        for order in found
    ]


def _moved(old: RatingScore, new: RatingScore) -> list[tuple[Promise | str, int]]:
    before = {part["key"]: part["points"] for part in old.parts}
    steps = [(part["key"], part["points"] - before.get(part["key"], 0)) for part in new.parts]
    return [(rating.PART_NAMES.get(key, key), step) for key, step in steps if step]


def _events(account: MediaAccount, moments: list[datetime]) -> dict[int, list[tuple[Promise | str, int]]]:
    """By the place of the later score: what orders became between two scores."""
    if len(moments) < 2:
        return {}
    found: dict[int, list[tuple[Promise | str, int]]] = {}
    values: list[Any] = [moments, account.pk, moments[0], moments[0], moments[-1]]
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, values)
        for bucket, state, count in cursor.fetchall():
            found.setdefault(min(bucket, len(moments) - 1), []).append((State(state).label, count))
    return found
