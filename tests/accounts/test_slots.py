"""One job of one account in 15 minutes (R29, R68, A18, F41, F42)."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from accounts import slots
from accounts.models import Slot
from tests.factories import MediaAccountFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY, SECOND

START = MONDAY + 5 * HOUR


def _wanted(account, start=START, order_id=1):
    return slots.Wanted(account.pk, start, order_id)


@pytest.mark.django_db
def test_taking_nothing_is_nothing():
    slots.take([])
    assert not Slot.objects.exists()


@pytest.mark.django_db
def test_a_slot_is_the_15_minutes_from_the_start():
    account = MediaAccountFactory()
    slots.take([_wanted(account)])
    period = Slot.objects.get(order_id=1).period
    assert (period.lower, period.upper) == (START, START + 15 * MINUTE)


@pytest.mark.django_db
@pytest.mark.parametrize("apart", [-15 * MINUTE, 15 * MINUTE])
def test_jobs_15_minutes_apart_coexist(apart):
    account = MediaAccountFactory()
    slots.take([_wanted(account)])
    slots.take([_wanted(account, START + apart, 2)])
    assert Slot.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("apart", [SECOND - 15 * MINUTE, 0 * MINUTE, 14 * MINUTE + 59 * SECOND])
def test_a_job_closer_than_15_minutes_is_refused_with_the_account(apart):
    account = MediaAccountFactory()
    slots.take([_wanted(account)])
    with pytest.raises(slots.SlotTaken) as refused:
        slots.take([_wanted(account, START + apart, 2)])
    assert refused.value.account_ids == {account.pk}
    assert Slot.objects.count() == 1


@pytest.mark.django_db
def test_jobs_coexist_across_midnight_and_the_end_of_a_month():
    account = MediaAccountFactory()
    midnight = MONDAY.replace(day=31, hour=23, minute=45)
    slots.take([_wanted(account, midnight, 1), _wanted(account, midnight + 15 * MINUTE, 2)])
    assert Slot.objects.filter(account=account).count() == 2


@pytest.mark.django_db
def test_two_accounts_share_a_start():
    one, other = MediaAccountFactory.create_batch(2)
    slots.take([_wanted(one), _wanted(other, order_id=2)])
    assert Slot.objects.count() == 2


@pytest.mark.django_db
def test_of_a_batch_with_one_clash_nothing_is_taken():
    busy, idle = MediaAccountFactory.create_batch(2)
    slots.take([_wanted(busy)])
    with pytest.raises(slots.SlotTaken) as refused:
        slots.take([_wanted(idle, order_id=2), _wanted(busy, order_id=3)])
    assert refused.value.account_ids == {busy.pk}
    assert not Slot.objects.filter(account=idle).exists()


@pytest.mark.django_db
def test_a_batch_that_clashes_with_itself_is_refused():
    account, other = MediaAccountFactory.create_batch(2)
    with pytest.raises(slots.SlotTaken) as refused:
        slots.take([_wanted(account), _wanted(account, START + MINUTE, 2), _wanted(other, order_id=3)])
    assert refused.value.account_ids == {account.pk}


@pytest.mark.django_db
def test_an_order_takes_one_slot_only():
    account = MediaAccountFactory()
    slots.take([_wanted(account)])
    with pytest.raises(IntegrityError, match="order_id"):
        slots.take([_wanted(account, START + HOUR, 1)])


@pytest.mark.django_db
def test_the_database_refuses_a_slot_of_another_length():
    account = MediaAccountFactory()
    with pytest.raises(DatabaseError, match="slot_is_15_minutes"), transaction.atomic():
        Slot.objects.create(account=account, period=(START, START + HOUR), order_id=1)


@pytest.mark.django_db
def test_a_freed_slot_can_be_taken_again():
    account = MediaAccountFactory()
    slots.take([_wanted(account)])
    assert slots.free(order_ids=[1, 99]) == 1
    slots.take([_wanted(account, order_id=2)])
    assert Slot.objects.get().order_id == 2


@pytest.mark.django_db
def test_taken_pairs_are_found_in_one_query(django_assert_num_queries):
    busy, idle = MediaAccountFactory.create_batch(2)
    slots.take([_wanted(busy)])
    pairs = [(busy.pk, START + 14 * MINUTE), (busy.pk, START + 15 * MINUTE), (idle.pk, START)]
    with django_assert_num_queries(1):
        assert slots.taken(pairs=pairs) == {pairs[0]}


@pytest.mark.django_db
def test_asking_about_no_pair_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert slots.taken(pairs=[]) == set()


@pytest.mark.django_db
def test_a_free_start_is_its_own_nearest(now):
    account = MediaAccountFactory()
    assert slots.nearest_free(account_id=account.pk, start=START, now=now, count=1) == [START]


@pytest.mark.django_db
def test_the_nearest_free_starts_lie_at_the_edges_of_the_jobs(now):
    account = MediaAccountFactory()
    slots.take([_wanted(account)])
    wanted = START + 5 * MINUTE
    free = slots.nearest_free(account_id=account.pk, start=wanted, now=now)
    assert free == [START + 15 * MINUTE, START - 15 * MINUTE, START + 30 * MINUTE]


@pytest.mark.django_db
def test_a_gap_shorter_than_a_job_is_not_offered(now):
    account = MediaAccountFactory()
    slots.take([_wanted(account), _wanted(account, START + 20 * MINUTE, 2)])
    free = slots.nearest_free(account_id=account.pk, start=START + MINUTE, now=now, count=2)
    assert free == [START - 15 * MINUTE, START - 30 * MINUTE]


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "first"), [(0, 60), (1, 61)])
def test_no_start_within_the_next_hour_is_offered(seconds, first):
    now = START + seconds * SECOND
    free = slots.nearest_free(account_id=MediaAccountFactory().pk, start=START, now=now)
    assert free == [START + first * MINUTE]


@pytest.mark.django_db
def test_no_start_beyond_seven_days_is_offered(now):
    account = MediaAccountFactory()
    last = now + 7 * DAY
    slots.take([_wanted(account, last)])
    free = slots.nearest_free(account_id=account.pk, start=last, now=now)
    assert free[0] == last - 15 * MINUTE
    assert all(moment <= last for moment in free)


def _race(account_id, jobs):
    """Run `jobs` (callables) at once, each in its own connection; how many slots there are afterwards."""
    barrier, won = threading.Barrier(len(jobs)), []

    def run(order_id, job):
        try:
            barrier.wait()
            job(slots.Wanted(account_id, START + order_id * MINUTE, order_id))
            won.append(order_id)
        except slots.SlotTaken:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won


def _take(wanted):
    with transaction.atomic():
        slots.take([wanted])


def _look_then_take(wanted):
    """The negative control: a look before the write instead of the constraint."""
    with transaction.atomic():
        if slots.taken(pairs=[(wanted.account_id, wanted.start)]):
            raise slots.SlotTaken(frozenset())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.2)")
        period = (wanted.start, wanted.start + 15 * MINUTE)
        Slot.objects.create(account_id=wanted.account_id, period=period, order_id=wanted.order_id)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("_round", range(5))
def test_of_ten_accepts_at_once_one_gets_the_slot(_round):
    account = MediaAccountFactory()
    won = _race(account.pk, [_take] * 10)
    assert len(won) == 1
    assert Slot.objects.count() == 1


@pytest.mark.usefixtures("committed")
def test_without_the_constraint_the_same_race_has_many_winners():
    account = MediaAccountFactory()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_slot DROP CONSTRAINT slot_one_task_in_15_minutes")
    try:
        assert len(_race(account.pk, [_look_then_take] * 3)) > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE accounts_slot")
            cursor.execute(
                "ALTER TABLE accounts_slot ADD CONSTRAINT slot_one_task_in_15_minutes"
                " EXCLUDE USING gist (account_id WITH =, period WITH &&)"
            )


@pytest.mark.usefixtures("committed")
def test_a_freed_slot_goes_to_one_of_two_waiters():
    account = MediaAccountFactory()
    with transaction.atomic():
        slots.take([_wanted(account, order_id=100)])
    with transaction.atomic():
        slots.free(order_ids=[100])
    assert len(_race(account.pk, [_take] * 2)) == 1


@pytest.mark.django_db
def test_the_calendar_begins_with_the_first_possible_start_and_ends_with_the_last():
    days = slots.calendar(account_id=MediaAccountFactory().pk, now=MONDAY + 10 * MINUTE)
    opened = [(day.day, hour.hour) for day in days for hour in day.hours if hour.is_open]
    first, last = MONDAY + HOUR, MONDAY + 7 * DAY
    assert opened[0] == (first.date(), first.hour)
    assert opened[-1] == (last.date(), last.hour)
    assert {len(day.hours) for day in days} == {24}
