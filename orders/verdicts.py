"""What one reading of a post means for its order: pure rules, no database (A4-A7, A23, A46, architecture 6).

Seen counts at the instant the request was sent, missing at the instant the answer came. Absence is proven by two
readings at least five minutes apart, each backed by a control read (`reading`). Unknown never decides anything.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Reading
from orders.moves import Cause, State
from weitask.periods import EARN_AFTER, KEEP_FOR

_H: Final = timedelta(hours=1)
_M: Final = timedelta(minutes=1)
_D: Final = timedelta(days=1)
SCHEDULE: Final[tuple[timedelta, ...]] = (
    timedelta(0), 1 * _H, 6 * _H, 12 * _H, 23 * _H,
    23 * _H + 30 * _M, 23 * _H + 50 * _M, 23 * _H + 55 * _M, 23 * _H + 59 * _M, EARN_AFTER,
    *(day * _D for day in range(2, 30)),
    29 * _D + 23 * _H, 29 * _D + 23 * _H + 50 * _M, KEEP_FOR,
)  # fmt: skip
SECOND_PROBE: Final = timedelta(minutes=5)
STRADDLE: Final = timedelta(minutes=30)  # a gap over the mark up to this is to the owner's benefit
NEAR: Final = timedelta(hours=1)  # this close to a mark an unanswered reading is repeated each minute
AGAIN_NEAR: Final = timedelta(minutes=1)
AGAIN: Final = timedelta(minutes=5)
UNSEEN_FOR: Final = 2 * _D  # past 24 hours without an answer: a person may decide, as money must not wait for ever
ABSENT: Final = (Reading.Outcome.MISSING, Reading.Outcome.HIDDEN, Reading.Outcome.BLOCKED)


class Undecided(models.TextChoices):
    """Why a person must decide."""

    POST_UNKNOWN = "post_unknown", _("是否已发布无法确认")
    STRADDLE = "straddle", _("24 小时前后缺少观测，微博已不存在")
    EDITED = "edited", _("微博内容被修改")
    REMOVED = "removed", _("微博被平台移除后又不存在")
    UNSEEN = "unseen", _("24 小时已过两天仍无法读取微博")


@dataclass(frozen=True)
class Facts:
    """What is known of a posted order. `previous`: outcome of its last reading that was answered, blank for none."""

    state: State
    posted_at: datetime
    last_seen_at: datetime
    first_missing_at: datetime | None = None
    exempt_from: datetime | None = None
    undecided: str = ""
    previous: str = ""

    @property
    def is_exempt(self) -> bool:
        """Deleting changes nothing any more, unless it was seen missing before the exemption (A23)."""
        if self.exempt_from is None:
            return False
        return self.first_missing_at is None or self.first_missing_at >= self.exempt_from

    @property
    def mark(self) -> datetime:
        """The instant the next state hangs on: 24 hours, then 30 days after posting."""
        return self.posted_at + (EARN_AFTER if self.state == State.PUBLISHED else KEEP_FOR)


@dataclass(frozen=True)
class Observation:
    """One reading, in business time."""

    outcome: str
    asked_at: datetime
    answered_at: datetime


@dataclass(frozen=True)
class Ruling:
    """What to write: the next reading, what was seen, and at most one arrow (and 提前删除 after it).

    Attributes:
        new, cause: the arrow, or None.
        gone_early: 提前删除 (after the arrow, when there is one).
        exempt_from: set when Weibo itself removed the post (A7).
    """

    next_check_at: datetime | None
    last_seen_at: datetime
    first_missing_at: datetime | None
    undecided: str
    exempt_from: datetime | None
    new: State | None = None
    cause: Cause | None = None
    gone_early: bool = False


def next_reading(*, posted_at: datetime, after: datetime) -> datetime | None:
    """The first moment of the schedule later than `after`; None past 30 days."""
    return next((posted_at + offset for offset in SCHEDULE if posted_at + offset > after), None)


def rule(facts: Facts, seen: Observation) -> Ruling:
    """The meaning of one reading."""
    if facts.is_exempt:
        return rule_exempt(facts, now=seen.asked_at)
    if seen.outcome == Reading.Outcome.UNKNOWN:
        return _rule_unknown(facts, now=seen.answered_at)
    known = replace(facts, undecided="") if facts.undecided == Undecided.UNSEEN else facts
    if seen.outcome in ABSENT:
        return _rule_absent(known, seen)
    return _rule_alive(known, seen)


def rule_exempt(facts: Facts, *, now: datetime) -> Ruling:
    """An exempt order moves at its marks like any other, without evidence, never earlier (spec 3)."""
    if now < facts.mark:
        return _kept(facts, next_check_at=facts.mark)
    if facts.state == State.PUBLISHED:
        return _moved(facts, State.ACHIEVED, Cause.EXEMPT, next_check_at=facts.posted_at + KEEP_FOR)
    return _moved(facts, State.COMPLETED, Cause.EXEMPT, next_check_at=None)


def _rule_unknown(facts: Facts, *, now: datetime) -> Ruling:
    """Nothing was learnt: ask again soon, and let a person decide when that goes on for days (L24)."""
    pause = AGAIN_NEAR if abs(facts.mark - now) <= NEAR else AGAIN
    planned = next_reading(posted_at=facts.posted_at, after=now)
    unseen = facts.state == State.PUBLISHED and now >= facts.mark + UNSEEN_FOR
    known = replace(facts, undecided=facts.undecided or (Undecided.UNSEEN if unseen else ""))
    return _kept(known, next_check_at=min(now + pause, planned or now + pause))


def _rule_alive(facts: Facts, seen: Observation) -> Ruling:
    """Alive at the instant it was asked for; an edit alone is a person's case (A7)."""
    edited = seen.outcome == Reading.Outcome.EDITED
    known = replace(
        facts,
        last_seen_at=max(facts.last_seen_at, seen.asked_at),
        first_missing_at=None,
        undecided=facts.undecided or (Undecided.EDITED if edited else ""),
    )
    # At least daily even past 30 days, while a person has not decided yet.
    following = next_reading(posted_at=facts.posted_at, after=seen.asked_at) or seen.asked_at + _D
    if known.undecided or seen.asked_at < facts.mark:
        return _kept(known, next_check_at=following)
    if facts.state == State.PUBLISHED:
        return _moved(known, State.ACHIEVED, Cause.KEPT, next_check_at=following)
    return _moved(known, State.COMPLETED, Cause.KEPT, next_check_at=None)


def _rule_absent(facts: Facts, seen: Observation) -> Ruling:
    """Not there, not public, or removed: the first time a suspicion, the second time, five minutes later, a proof."""
    first = facts.first_missing_at or seen.answered_at
    known = replace(facts, first_missing_at=first)
    if seen.answered_at < first + SECOND_PROBE:
        return _kept(known, next_check_at=first + SECOND_PROBE)
    if facts.undecided:
        return _left(known, facts.undecided)
    by_weibo = {seen.outcome == Reading.Outcome.BLOCKED, facts.previous == Reading.Outcome.BLOCKED}
    if by_weibo == {True}:
        return rule_exempt(replace(known, exempt_from=first), now=seen.asked_at)
    if by_weibo == {True, False} and facts.previous in ABSENT:
        return _left(known, Undecided.REMOVED)
    return _rule_gone(known, first)


def _rule_gone(known: Facts, first: datetime) -> Ruling:
    """Proven deleted, somewhere in (last seen, first missing] (A6)."""
    if known.state == State.ACHIEVED:
        if first < known.mark:
            return replace(_kept(known, next_check_at=None), gone_early=True)
        return _moved(known, State.COMPLETED, Cause.KEPT, next_check_at=None)  # no money hangs on a straddle here
    if first < known.mark:
        return _moved(known, State.FAILED, Cause.DELETED, next_check_at=None)
    if first - known.last_seen_at <= STRADDLE:
        return replace(_moved(known, State.ACHIEVED, Cause.KEPT, next_check_at=None), gone_early=True)
    return _left(known, Undecided.STRADDLE)


def _left(facts: Facts, why: str) -> Ruling:
    """A person decides; no reading would change the evidence any more."""
    return _kept(replace(facts, undecided=why), next_check_at=None)


def _kept(facts: Facts, *, next_check_at: datetime | None) -> Ruling:
    return Ruling(next_check_at, facts.last_seen_at, facts.first_missing_at, facts.undecided, facts.exempt_from)


def _moved(facts: Facts, new: State, cause: Cause, *, next_check_at: datetime | None) -> Ruling:
    return replace(_kept(facts, next_check_at=next_check_at), new=new, cause=cause, undecided="")
