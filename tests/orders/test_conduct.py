"""How a rating moved and why, and what each order costs (A42)."""

from dataclasses import replace

import pytest

from accounts import rating
from accounts.models import MediaAccount, RatingScore
from orders import answering, conduct, lifecycle, ratings
from orders.moves import Cause, State
from tests.factories import MediaAccountFactory
from tests.moments import DAY, HOUR, MONDAY
from tests.orders import world
from tests.orders.test_answering import refuse

pytestmark = pytest.mark.django_db
NOW = world.START + 3 * DAY


def ordered(account, count):
    return world.dispatched(accounts=[account] * count, starts=[world.START + n * HOUR for n in range(count)])


def scored(account, *scores):
    """A score each day from Monday on, all of it in one part."""
    for number, score in enumerate(scores):
        parts = [{"key": "speed", "points": score, "most": 100}, {"key": "reach", "points": 5, "most": 15}]
        RatingScore.objects.create(account=account, score=score, parts=parts, formula="v1", at=MONDAY + number * DAY)


def test_each_order_that_costs_is_listed_with_its_mark_and_its_points():
    account = MediaAccountFactory()
    lapsed, unfair, fair, kept = ordered(account, 4)
    world.publish(world.accept(kept))
    refuse(unfair, code="none")
    refuse(fair, code="style")
    answering.expire_due(NOW)
    costs = {cost.order: (str(cost.mark), cost.points) for cost in conduct.costs(account=account, now=NOW)}
    assert costs == {lapsed: ("到开始时间没有处理（流单）", 3), unfair: ("无故拒单", 2)}


@pytest.mark.parametrize("early", [False, True])
def test_a_deleted_post_costs_whether_before_or_after_a_day(early):
    order = world.achieved() if early else world.published()
    if early:
        lifecycle.mark_deleted_early(order_ids=[order.pk], at=NOW)
    else:
        lifecycle.move(
            order_ids=[order.pk], old=[State.PUBLISHED], new=State.FAILED, cause=Cause.DELETED, at=NOW - 3 * DAY + HOUR
        )
    [cost] = conduct.costs(account=order.account, now=NOW)
    assert cost.order == order
    assert cost.points > 0


def test_an_account_without_faults_costs_nothing(django_assert_num_queries):
    account = world.published().account
    with django_assert_num_queries(1):
        assert conduct.costs(account=account, now=NOW) == []


def test_many_costly_orders_take_as_few_queries_as_one(django_assert_num_queries):
    account = MediaAccountFactory()
    ordered(account, 6)
    answering.expire_due(NOW)
    with django_assert_num_queries(4):
        assert len(conduct.costs(account=account, now=NOW)) == 6


def test_changes_say_which_parts_moved_newest_first():
    account = MediaAccountFactory()
    scored(account, 60, 64, 61)
    newest, middle, first = conduct.changes(account=account)
    assert (newest.score, newest.step, [(str(name), step) for name, step in newest.moved]) == (
        61,
        -3,
        [("响应速度", -3)],
    )
    assert (middle.step, first.before, first.moved) == (4, None, ())


def test_changes_say_what_orders_became_meanwhile():
    account = MediaAccountFactory()
    taken, lapsed = ordered(account, 2)
    scored(account, 70)
    world.accept(taken, at=MONDAY + HOUR)
    answering.expire_due(NOW)
    ratings.refresh(account_ids=[account.pk], now=NOW)
    assert lapsed.pk
    newest = conduct.changes(account=account)[0]
    assert [(str(name), count) for name, count in newest.events] == [("已接单", 1), ("流单", 1)]


def test_before_the_first_score_there_is_no_history():
    account = MediaAccountFactory()
    assert (conduct.changes(account=account), conduct.daily(account=account, now=NOW)) == ([], [])


def test_days_without_a_change_keep_the_score_of_the_day_before():
    account = MediaAccountFactory()
    scored(account, 60, 64)
    days = conduct.daily(account=account, now=MONDAY + 3 * DAY)
    assert [(day.day, score) for day, score in days] == [(5, 60), (6, 64), (7, 64), (8, 64)]


def test_the_chart_begins_ninety_days_ago_with_what_held_then():
    account = MediaAccountFactory()
    scored(account, 60, 64)
    days = conduct.daily(account=account, now=MONDAY + 200 * DAY)
    assert (len(days), days[0][1]) == (90, 64)


def test_the_prospect_of_an_answer_is_what_the_rating_then_becomes():
    account = MediaAccountFactory()
    for number, order in enumerate(ordered(account, 4)):
        world.accept(order, at=MONDAY + number * HOUR / 60)
    order = world.one(accounts=[account], starts=[world.START + DAY])
    told = conduct.prospect(order=order, now=MONDAY + HOUR)
    refused = {ground.code: score for ground, score in told.refused}
    refuse(order, code="price", now=MONDAY + HOUR)
    [facts] = ratings.facts(account_ids=[account.pk], now=MONDAY + HOUR)
    silent = replace(facts, answer_minutes=0)
    assert refused["price"] == rating.rate(facts=silent, followers=account.followers).score
    assert refused["price"] < refused["style"] <= told.score <= told.accepted


def test_the_prospect_of_silence_is_a_lapse():
    order = world.one()
    told = conduct.prospect(order=order, now=MONDAY)
    answering.expire_due(NOW)
    ratings.refresh(account_ids=[order.account_id], now=NOW)
    assert told.lapsed == MediaAccount.objects.get().rating
