"""Alarms about money that stays where it should not (A33, L24): once each, while nobody has an open one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import CharField, Exists, Min, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_noop

from billing.models import Payout, PayoutAttempt, SuspenseItem
from weitask.alarms import raise_alarm
from weitask.models import Alarm

AFTER_FIX: Final = timedelta(days=7)  # R128: paid again within one week after the card is correctly set
UNKNOWN_FOR: Final = timedelta(hours=47)  # an hour before L24 asks for the alarm


@dataclass(frozen=True)
class _Watch:
    """Rows that are overdue `after` their `since`, the alarm they raise, and the field that names them."""

    kind: Alarm.Kind
    rows: QuerySet
    since: str
    after: timedelta
    name: str
    text: str


def _watches() -> Iterator[_Watch]:
    unpaid = Payout.objects.exclude(state=Payout.State.PAID).filter(card_fixed_at__isnull=False)
    text = gettext_noop("付款单 %(name)s：银行卡已设置正确超过 7 天，仍未付款")
    yield _Watch(Alarm.Kind.PAYOUT_OVERDUE, unpaid, "card_fixed_at", AFTER_FIX, "pk", text)
    under_way = PayoutAttempt.objects.filter(state__in=PayoutAttempt.OPEN)
    text = gettext_noop("付款 %(name)s 超过 2 天没有结果")
    yield _Watch(Alarm.Kind.PAYOUT_UNKNOWN, under_way, "made_at", UNKNOWN_FOR, "number", text)
    unplaced = SuspenseItem.objects.filter(placed_at=None)
    text = gettext_noop("待查款项 %(name)s 超过 2 天未处理")
    yield _Watch(Alarm.Kind.SUSPENSE, unplaced, "at", UNKNOWN_FOR, "number", text)


def alarm_due(now: datetime) -> int:
    """Raise what is overdue at `now`; returns how many alarms are new."""
    raised = 0
    for watch in _watches():
        late = _silent(watch).filter(**{f"{watch.since}__lte": now - watch.after})
        for name in late.values_list(watch.name, flat=True):
            text = watch.text % {"name": name}
            raised += raise_alarm(kind=watch.kind, key=str(name), text=text, now=now)
    return raised


def next_due(now: datetime) -> datetime | None:
    """When the next row becomes overdue."""
    firsts = ((watch, _silent(watch).aggregate(first=Min(watch.since))["first"]) for watch in _watches())
    return min((first + watch.after for watch, first in firsts if first is not None), default=None)


def _silent(watch: _Watch) -> QuerySet:
    """Rows that have no open alarm yet."""
    key = Cast(OuterRef(watch.name), CharField())
    alarm = Alarm.objects.filter(kind=watch.kind, key=key, resolved_at=None)
    return watch.rows.exclude(Exists(alarm))
