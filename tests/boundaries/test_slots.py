"""Slot: 14:59 apart fails, 15:00 apart passes, also across midnight and the end of a month (R29, R68, A18, A44)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import queries, slots
from accounts.models import Slot
from accounts.queries import MarketFilters
from orders import answering
from tasks.drafting import SelectionInput
from tests.boundaries.doors import DOORS, accept, submit
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY, SECOND
from tests.orders import world
from tests.tasks.making import START, draft
from weitask.periods import SLOT

pytestmark = pytest.mark.django_db
NEAR = timedelta(minutes=14, seconds=59)
MIDNIGHT = MONDAY.replace(hour=23, minute=50)
MONTH_END = MONDAY.replace(month=1, day=31, hour=23, minute=50)
YEAR_END = MONDAY.replace(month=12, day=31, hour=23, minute=50)
BASES = pytest.mark.parametrize(
    "base", [START, MIDNIGHT, MONTH_END, YEAR_END], ids=["noon", "midnight", "month", "year"]
)
SIDES = pytest.mark.parametrize("side", [-1, 1], ids=["before", "after"])


def insert(account, start):
    """Straight into the table, as no verb does it."""
    with transaction.atomic():
        Slot.objects.create(account=account, period=(start, start + SLOT), order_id=Slot.objects.count() + 1)


@BASES
@SIDES
def test_the_database_refuses_slots_14_59_apart(base, side):
    insert(account := MediaAccountFactory(), base)
    with pytest.raises(IntegrityError, match="slot_one_task_in_15_minutes"):
        insert(account, base + side * NEAR)


@BASES
@SIDES
def test_the_database_takes_slots_15_minutes_apart(base, side):
    insert(account := MediaAccountFactory(), base)
    insert(account, base + side * SLOT)
    assert Slot.objects.count() == 2


def taken(account, *, start):
    """The account has an accepted order at `start`."""
    world.accept(world.one(accounts=[account], starts=[start], now=start - HOUR), at=start - HOUR)


@BASES
@SIDES
@pytest.mark.parametrize("door", DOORS)
def test_accepting_14_59_from_an_accepted_order_is_refused(door, base, side):
    taken(account := MediaAccountFactory(), start=base)
    order = world.one(accounts=[account], starts=[base + side * NEAR], now=base - 2 * HOUR)
    ((_row, why),) = accept(door, order, now=base - HOUR)
    order.refresh_from_db()
    assert ("15 分钟" in why, order.state) == (True, "dispatched")


@BASES
@SIDES
@pytest.mark.parametrize("door", DOORS)
def test_accepting_15_minutes_from_an_accepted_order_passes(door, base, side):
    taken(account := MediaAccountFactory(), start=base)
    order = world.one(accounts=[account], starts=[base + side * SLOT], now=base - 2 * HOUR)
    assert accept(door, order, now=base - HOUR) == []
    assert Slot.objects.count() == 2


@SIDES
def test_accepting_gives_up_what_is_14_59_away(side):
    account = MediaAccountFactory()
    kept, rival = (world.one(accounts=[account], starts=[START + off]) for off in (0 * SLOT, side * NEAR))
    world.accept(kept)
    rival.refresh_from_db()
    assert (rival.state, rival.cause, world.available(rival)) == ("refused", "slot_clash", 11_000)


@SIDES
def test_accepting_leaves_what_is_15_minutes_away(side):
    account = MediaAccountFactory()
    kept, neighbour = (world.one(accounts=[account], starts=[START + off]) for off in (0 * SLOT, side * SLOT))
    assert not answering.clashing(order=kept, now=MONDAY).exists()
    world.accept(kept)
    neighbour.refresh_from_db()
    assert neighbour.state == "dispatched"


@SIDES
@pytest.mark.parametrize("door", DOORS)
def test_an_account_taken_14_59_from_the_wanted_start_cannot_be_chosen(door, side):
    slots.take([slots.Wanted((account := MediaAccountFactory()).pk, START + side * NEAR, 1)])
    ((row, why),) = submit(door, draft(accounts=[account]), now=MONDAY)
    assert row == 0
    assert "最近的空闲时间：01-05 " in why


@SIDES
@pytest.mark.parametrize("door", DOORS)
def test_an_account_taken_15_minutes_from_the_wanted_start_can_be_chosen(door, side):
    slots.take([slots.Wanted((account := MediaAccountFactory()).pk, START + side * SLOT, 1)])
    assert submit(door, draft(accounts=[account]), now=MONDAY) == []


@SIDES
@pytest.mark.parametrize(("apart", "busy"), [(NEAR, True), (SLOT, False)], ids=["near", "free"])
def test_the_market_shows_as_busy_what_is_nearer_than_15_minutes(apart, busy, side):
    slots.take([slots.Wanted(MediaAccountFactory().pk, START + side * apart, 1)])
    shown = queries.market(advertiser=AdvertiserFactory(), filters=MarketFilters(), at=START)
    assert [one.busy for one in shown] == [busy]


@BASES
@SIDES
def test_the_nearest_free_time_offered_is_exactly_15_minutes_away(base, side):
    account = MediaAccountFactory()
    slots.take([slots.Wanted(account.pk, base, 1)])
    offered = slots.nearest_free(account_id=account.pk, start=base + side * MINUTE, now=base - DAY)
    assert offered[0] == base + side * SLOT
    assert all(abs(one - base) >= SLOT for one in offered)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("apart", "passes"), [(14 * MINUTE, False), (15 * MINUTE, True)])
def test_one_account_twice_in_a_task_needs_15_minutes_between(door, apart, passes):
    account = MediaAccountFactory()
    twice = (SelectionInput(account.pk), SelectionInput(account.pk, START + apart, "换个说法"))
    said = submit(door, draft(selections=twice), now=MONDAY)
    assert said == ([] if passes else [(1, "同一帐号的两次任务须相隔 15 分钟以上")])


def test_a_slot_of_14_59_is_no_slot():
    with pytest.raises(IntegrityError, match="slot_is_15_minutes"), transaction.atomic():
        Slot.objects.create(account=MediaAccountFactory(), period=(START, START + SLOT - SECOND), order_id=1)
