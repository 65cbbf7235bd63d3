"""帐号评级: one score of 0 to 100 by a public, versioned formula of whole numbers (R140, A42).

Formula v1. Six parts, each with its own maximum; the score is their sum. The parts that judge conduct start from an
average account: five imaginary orders are counted in, so that one order neither makes nor breaks a score.

| part | points | from |
|---|---|---|
| acceptance | 0-20 | accepted out of dispatched |
| punctuality | 0-20 | not left to lapse (流单) out of dispatched |
| fairness | 0-10 | not refused without a fair reason (A40) out of dispatched |
| delivery | 0-25 | published posts not deleted before 24 h, a deletion before 30 days counting half |
| speed | 0-10 | average minutes to the answer: full up to 30, none from 24 h on |
| reach | 0-15 | followers: five points each at 10,000, at 100,000 and at 1,000,000 |
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts import history, notices
from accounts.models import MediaAccount, RatingScore
from weitask.alarms import raise_alarm
from weitask.models import Alarm
from weitask.periods import shanghai

FORMULA: Final = "v1"
WINDOW: Final = timedelta(days=30)  # whose events count (A41)
IMAGINED: Final = 5  # orders of an average account counted in
AVERAGE: Final = 70  # per cent that the imagined orders do well
MIN_ORDERS: Final = 10  # below this nobody is warned or proposed for suspension (A41)
FAST, SLOW = 30, 1440  # minutes
PART_NAMES: Final = {
    "acceptance": _("接单率"),
    "punctuality": _("及时处理，不流单"),
    "fairness": _("拒单合理"),
    "delivery": _("按约发布并保留"),
    "speed": _("响应速度"),
    "reach": _("粉丝影响力"),
}
SPECIFIC_FROM: Final = 75  # the default rule of the 特定 list (A26)


@dataclass(frozen=True)
class Facts:
    """What happened to an account's orders in the last `WINDOW`, told by the orders app.

    `dispatched` are the orders that were answered, lapsed or are beyond that, i.e. not those still open; cancelled
    ones are left out. `answer_minutes` is an average, the medians are per post; None where nothing is known.
    """

    account_id: int
    dispatched: int = 0
    accepted: int = 0
    refused_unfair: int = 0
    lapsed: int = 0
    published: int = 0
    failed: int = 0
    deleted_early: int = 0
    completed: int = 0
    answer_minutes: int | None = None
    median_reposts: int | None = None
    median_comments: int | None = None


@dataclass(frozen=True)
class Part:
    """Points of one part and the most it can give."""

    key: str
    points: int
    most: int


@dataclass(frozen=True)
class Rated:
    """A score with the parts it is the sum of."""

    score: int
    parts: tuple[Part, ...]


def rate(*, facts: Facts, followers: int) -> Rated:
    """The score of an account: pure, so that a page can show what the last orders did by leaving them out (A42)."""
    n, kept = facts.dispatched, 2 * (facts.published - facts.failed) - facts.deleted_early
    parts = (
        Part("acceptance", _share(facts.accepted, n, 20), 20),
        Part("punctuality", _share(n - facts.lapsed, n, 20), 20),
        Part("fairness", _share(n - facts.refused_unfair, n, 10), 10),
        Part("delivery", _share(kept, 2 * facts.published, 25), 25),
        Part("speed", _speed(facts.answer_minutes), 10),
        Part("reach", _reach(followers), 15),
    )
    return Rated(min(100, sum(part.points for part in parts)), parts)


def named(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored parts with their names."""
    return [{**part, "name": PART_NAMES.get(part["key"], part["key"])} for part in parts]


def apply(facts: Sequence[Facts], *, now: datetime) -> int:
    """Write score, parts and rates of these accounts where they changed; returns how many scores changed.

    Also keeps the default rule of the 特定 list (A26). A high 流单率 warns the owner; a higher one raises an alarm that
    proposes 暂停交易 to the operators, who alone suspend (A41).
    """
    told = {one.account_id: one for one in facts}
    with transaction.atomic():
        accounts = list(MediaAccount.objects.select_for_update().filter(pk__in=told).order_by("pk"))
        rated = {account.pk: rate(facts=told[account.pk], followers=account.followers) for account in accounts}
        changed = [account for account in accounts if _write(account, told[account.pk], rated[account.pk])]
        MediaAccount.objects.bulk_update(changed, _WRITTEN, batch_size=1000)
        history.note(account_ids=[account.pk for account in changed], now=now)
        news = _news(rated)
        RatingScore.objects.bulk_create(
            RatingScore(
                account_id=pk,
                score=rated[pk].score,
                parts=[asdict(part) for part in rated[pk].parts],
                formula=FORMULA,
                at=now,
            )
            for pk in news
        )
        notices.post([_warning(account, now) for account in accounts if _is_warned(told[account.pk])], now=now)
        for account in accounts:
            if account.suspended_at is None and to_suspend(told[account.pk]):
                _propose(account, told[account.pk], now)
    return len(news)


def to_suspend(facts: Facts) -> bool:
    """Whether an operator should be asked to suspend: ≥ 10 orders in 30 days and too many 流单 (A41)."""
    return facts.dispatched >= MIN_ORDERS and lapse_rate(facts) > settings.SUSPEND_LAPSE_RATE_BP


def lapse_rate(facts: Facts) -> int:
    """流单率 in basis points."""
    return min(10_000, facts.lapsed * 10_000 // facts.dispatched) if facts.dispatched else 0


_WRITTEN: Final = (
    "rating",
    "accept_rate_bp",
    "lapse_rate_bp",
    "answer_minutes",
    "median_reposts",
    "median_comments",
    "specific",
)


def _write(account: MediaAccount, facts: Facts, rated: Rated) -> bool:
    """Set the columns of the search row; whether any of them changed."""
    known = facts.dispatched > 0
    values = {
        "rating": rated.score,
        "accept_rate_bp": min(10_000, facts.accepted * 10_000 // facts.dispatched) if known else None,
        "lapse_rate_bp": lapse_rate(facts) if known else None,
        "answer_minutes": facts.answer_minutes,
        "median_reposts": facts.median_reposts,
        "median_comments": facts.median_comments,
        "specific": account.specific if account.specific_by_hand else rated.score >= SPECIFIC_FROM,
    }
    changed = any(getattr(account, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(account, name, value)
    return changed


def _news(rated: dict[int, Rated]) -> list[int]:
    """Accounts whose latest score row says something else, or who have none yet."""
    latest = RatingScore.objects.filter(account_id__in=rated).order_by("account_id", "-at", "-id")
    known = {row.account_id: (row.score, row.formula, row.parts) for row in latest.distinct("account_id")}
    return [
        pk for pk, one in rated.items() if known.get(pk) != (one.score, FORMULA, [asdict(part) for part in one.parts])
    ]


def _is_warned(facts: Facts) -> bool:
    return facts.dispatched >= MIN_ORDERS and lapse_rate(facts) > settings.WARN_LAPSE_RATE_BP


def _warning(account: MediaAccount, now: datetime) -> notices.NewNotice:
    return notices.NewNotice(
        user_id=account.owner_id,
        kind="lapse_warning",
        dedupe=f"lapse-warning:{account.pk}:{shanghai(now):%Y-%m}",
        title=_("流单过多提醒"),
        body=format_lazy(
            _("帐号 @{name} 近 30 天流单过多，会影响评级，并可能被暂停交易。请及时处理订单。"),
            name=account.screen_name,
        ),
        url=reverse("media_account", args=[account.pk]),
        urgent=True,
    )


def _propose(account: MediaAccount, facts: Facts, now: datetime) -> None:
    text = gettext_noop("帐号 @%(name)s 近 30 天 %(lapsed)s/%(all)s 个订单流单，请核实是否暂停交易。")
    numbers = {"name": account.screen_name, "lapsed": facts.lapsed, "all": facts.dispatched}
    raise_alarm(kind=Alarm.Kind.SUSPENSION_PROPOSED, key=str(account.pk), text=text % numbers, now=now)


def _share(good: int, whole: int, most: int) -> int:
    """Points for a share, the imagined orders counted in; rounded half up, never outside 0..most."""
    above = 100 * max(good, 0) + AVERAGE * IMAGINED
    below = 100 * (max(whole, 0) + IMAGINED)
    return min(most, (2 * most * above + below) // (2 * below))


def _speed(minutes: int | None) -> int:
    if minutes is None:
        return 7
    if minutes <= FAST:
        return 10
    return max(0, 10 * (SLOW - minutes) // (SLOW - FAST))


def _reach(followers: int) -> int:
    """0 below 10 thousand followers; 5, 10 and 15 from 10 thousand, 100 thousand and a million on."""
    return min(15, 5 * max(0, len(str(max(followers, 0))) - 4))
