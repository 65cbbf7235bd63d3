"""Which facts feed the ratings (R64, A18, A21, A24, A40, A42)."""

import pytest

from accounts.models import RatingScore
from accounts.rating import Facts
from orders import answering, lifecycle, ratings
from orders.models import Order, RatingRun
from orders.moves import Cause, State
from tests.factories import MediaAccountFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY
from tests.orders import world
from tests.orders.test_answering import refuse

pytestmark = pytest.mark.django_db
NOW = world.START + 3 * DAY
FOUR = MONDAY.replace(hour=4)


def facts(account, now=NOW):
    (one,) = ratings.facts(account_ids=[account.pk], now=now)
    return one


def ordered(account, count):
    return world.dispatched(accounts=[account] * count, starts=[world.START + n * HOUR for n in range(count)])


def cancel(order, cause):
    lifecycle.move(order_ids=[order.pk], old=[State(order.state)], new=State.CANCELLED, cause=cause, at=MONDAY)


def test_every_kind_of_answer_counts_once():
    account = MediaAccountFactory()
    taken, fair, unfair, lapsed = ordered(account, 4)
    world.publish(world.accept(taken, at=MONDAY + 10 * MINUTE))
    Order.objects.filter(pk=taken.pk).update(reposts=30, comments=4)
    refuse(fair, code="style", now=MONDAY + 20 * MINUTE)
    refuse(unfair, code="none", now=MONDAY + 30 * MINUTE)
    answering.expire_due(NOW)
    assert lapsed.pk
    assert facts(account) == Facts(
        account_id=account.pk,
        dispatched=4,
        accepted=1,
        refused_unfair=1,
        lapsed=1,
        published=1,
        answer_minutes=20,
        median_reposts=30,
        median_comments=4,
    )


def test_an_open_order_a_clash_and_a_stop_do_not_count():
    account = MediaAccountFactory()
    stopped, kept, clash, _open = world.dispatched(
        accounts=[account] * 4,
        starts=[world.START, world.START + HOUR, world.START + HOUR + MINUTE, NOW + DAY],
    )
    cancel(world.accept(stopped), Cause.HALT)
    world.accept(kept)
    clash.refresh_from_db()
    assert clash.cause == Cause.SLOT_CLASH
    assert facts(account) == Facts(account_id=account.pk, dispatched=1, accepted=1, answer_minutes=0)


@pytest.mark.parametrize(("cause", "published", "failed"), [(Cause.OWNER_FAULT, 1, 1), (Cause.SOURCE_GONE, 0, 0)])
def test_only_the_owners_fault_counts_as_not_delivered(cause, published, failed):
    order = world.accepted()
    cancel(order, cause)
    seen = facts(order.account)
    assert (seen.published, seen.failed) == (published, failed)


def test_a_failed_a_completed_and_an_early_deleted_post_count_by_their_end():
    account = MediaAccountFactory()
    failed, completed, deleted = (world.publish(world.accept(order)) for order in ordered(account, 3))
    lifecycle.move(
        order_ids=[failed.pk], old=[State.PUBLISHED], new=State.FAILED, cause=Cause.DELETED, at=world.START + HOUR
    )
    late = world.START + 31 * DAY
    world.complete(world.achieve(completed))
    lifecycle.mark_deleted_early(order_ids=[world.achieve(deleted).pk], at=world.START + 20 * DAY)
    seen = facts(account, now=late)
    assert (seen.published, seen.failed, seen.deleted_early, seen.completed) == (1, 0, 1, 1)
    soon = facts(account, now=NOW)
    assert (soon.published, soon.failed) == (3, 1)


def test_after_30_days_an_account_without_orders_has_no_facts_left():
    order = refuse(world.one(), code="none")
    assert facts(order.account, now=MONDAY + 31 * DAY) == Facts(account_id=order.account_id)


def test_ratings_are_fed_once_a_day_at_four():
    account = MediaAccountFactory()
    for order in ordered(account, 3):
        refuse(order, code="none")
    assert ratings.next_due(MONDAY) == MONDAY
    assert ratings.refresh_due(MONDAY) == 1
    assert RatingScore.objects.get().account == account
    assert ratings.refresh_due(MONDAY + HOUR) == 0
    assert RatingRun.objects.get().at == FOUR
    assert ratings.next_due(MONDAY) == FOUR + DAY
    ratings.refresh_due(FOUR + DAY)
    assert RatingRun.objects.count() == 2


def test_without_orders_nothing_is_due():
    assert ratings.next_due(MONDAY) is None
