"""Owners who have not answered are reminded 24 hours, 2 hours and 30 minutes before the start (R64, R69)."""

from datetime import timedelta

import pytest

from accounts.models import Notice
from orders import reminding
from tests.moments import DAY, HOUR, MINUTE, MONDAY, SECOND
from tests.orders import world

pytestmark = pytest.mark.django_db
START = MONDAY + 2 * DAY


def reminders() -> list[str]:
    return list(Notice.objects.filter(kind="order_reminder").order_by("pk").values_list("body", flat=True))


def test_each_step_reminds_once():
    order = world.dispatched(starts=[START])[0]
    for before in (DAY, 2 * HOUR, 30 * MINUTE):
        assert reminding.next_due(START - before - MINUTE) == START - before
        assert reminding.send_due(START - before) == 1
        assert reminding.send_due(START - before) == 0
    assert reminding.next_due(START) is None
    assert [text.partition("：")[0] for text in reminders()] == ["还剩 24 小时", "还剩 2 小时", "还剩 30 分钟"]
    assert Notice.objects.filter(kind="order_reminder").values_list("user", flat=True)[0] == order.owner_id


@pytest.mark.parametrize(
    ("ahead", "first"), [(DAY + SECOND, DAY), (DAY, 2 * HOUR), (2 * HOUR, 30 * MINUTE), (30 * MINUTE, None)]
)
def test_the_first_reminder_lies_ahead_of_the_dispatch(ahead, first):
    moment = reminding.first_moment(start=MONDAY + ahead, now=MONDAY)
    assert moment == (None if first is None else MONDAY + ahead - first)


def test_an_answered_order_is_not_called_to_mind():
    order = world.dispatched(starts=[START])[0]
    world.accept(order)
    assert reminding.next_due(MONDAY) is None
    assert reminding.send_due(START - DAY) == 0


def test_a_late_look_says_what_is_left_and_skips_what_it_missed():
    world.dispatched(starts=[START])
    assert reminding.send_due(START - timedelta(minutes=90)) == 1
    assert len(reminders()) == 1
    assert reminding.next_due(MONDAY) == START - 30 * MINUTE


def test_nobody_is_reminded_of_a_start_that_has_come():
    world.dispatched(starts=[START])
    assert reminding.send_due(START + SECOND) == 0
    assert reminding.next_due(MONDAY) is None
