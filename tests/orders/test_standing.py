"""Standing rules accept what their owner would accept, by the same verb (R61)."""

from datetime import time

import pytest

from orders import standing
from orders.models import Order, StandingRule
from orders.moves import State
from orders.standing import Wanted
from tests.factories import MediaAccountFactory, UserFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY
from tests.orders import world
from weitask.refusal import Forbidden, Refusal

pytestmark = pytest.mark.django_db
NOON = MONDAY + 2 * HOUR  # Monday 12:00


def ruled(**changes):
    """An account whose owner accepts originals from 100 yuan between 9 and 18 o'clock."""
    account = MediaAccountFactory()
    wanted = {"original_from": 10_000, "repost_from": None, "opens": time(9), "closes": time(18), "ip": "203.0.113.9"}
    standing.set_rule(account=account, by=account.owner, wanted=Wanted(**(wanted | changes)), now=MONDAY)
    return account


def state(order) -> str:
    order.refresh_from_db()
    return order.state


def test_what_a_rule_takes_is_accepted_with_the_owners_address():
    order = world.dispatched(accounts=[ruled()], starts=[NOON])[0]
    assert standing.next_due(MONDAY) == MONDAY
    assert standing.act_due(MONDAY) == 1
    assert (state(order), order.accepted_ip, order.cause) == (State.ACCEPTED, "203.0.113.9", "owner")
    assert standing.next_due(MONDAY) is None


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"original_from": 10_001}, NOON),
        ({"original_from": None}, NOON),
        ({"closes": time(11, 59)}, NOON),
        ({}, NOON + 6 * HOUR + MINUTE),
    ],
)
def test_what_a_rule_does_not_take_waits_for_the_owner(changes, start):
    order = world.dispatched(accounts=[ruled(**changes)], starts=[start])[0]
    assert standing.act_due(MONDAY) == 0
    assert state(order) == State.DISPATCHED
    assert standing.next_due(MONDAY) is None


def test_the_edges_of_the_hours_belong_to_them():
    account = ruled(opens=time(12), closes=time(12, 15))
    orders = world.dispatched(accounts=[account, account], starts=[NOON, NOON + 15 * MINUTE])
    assert standing.act_due(MONDAY) == 2
    assert {state(order) for order in orders} == {State.ACCEPTED}


def test_an_account_without_a_rule_is_not_looked_at():
    order = world.dispatched(starts=[NOON])[0]
    assert order.rule_due_at is None
    assert standing.act_due(MONDAY) == 0


def test_what_the_verb_refuses_is_left_to_the_owner_and_does_not_stop_the_others():
    suspended, fine = ruled(), ruled()
    orders = world.dispatched(accounts=[suspended, fine], starts=[NOON, NOON])
    suspended.suspended_at = MONDAY
    suspended.save()
    assert standing.act_due(MONDAY) == 1
    assert [state(order) for order in orders] == [State.DISPATCHED, State.ACCEPTED]


def test_a_start_that_has_come_is_not_taken_however_late_the_look():
    order = world.dispatched(accounts=[ruled()], starts=[NOON])[0]
    assert standing.act_due(NOON) == 0
    assert state(order) == State.DISPATCHED


def test_a_rule_that_was_dropped_takes_nothing():
    account = ruled()
    order = world.dispatched(accounts=[account], starts=[NOON])[0]
    assert standing.drop_rule(account=account, by=account.owner)
    assert not standing.drop_rule(account=account, by=account.owner)
    assert standing.act_due(MONDAY) == 0
    assert state(order) == State.DISPATCHED


def test_setting_a_rule_again_replaces_it():
    account = ruled()
    wanted = Wanted(original_from=None, repost_from=5_000, opens=time(0), closes=time(23, 59))
    standing.set_rule(account=account, by=account.owner, wanted=wanted, now=MONDAY + DAY)
    rule = StandingRule.objects.get()
    assert (rule.original_from, rule.repost_from, rule.set_at) == (None, 5_000, MONDAY + DAY)


def test_a_stranger_sets_and_drops_nothing():
    account = ruled()
    wanted = Wanted(original_from=1, repost_from=1, opens=time(0), closes=time(1))
    with pytest.raises(Forbidden):
        standing.set_rule(account=account, by=UserFactory(), wanted=wanted, now=MONDAY)
    with pytest.raises(Forbidden):
        standing.drop_rule(account=account, by=UserFactory())
    assert StandingRule.objects.count() == 1


def test_hours_that_end_before_they_begin_are_refused():
    with pytest.raises(Refusal) as refused:
        ruled(opens=time(18), closes=time(18))
    assert refused.value.problems[0].field == "closes"
    assert not Order.objects.exists()


def found(order, *categories):
    """The order as if screening had pointed at these categories in its submission."""
    order.item.submission.findings = [{"category": one} for one in categories]
    return order


def test_content_of_a_category_left_out_waits_for_its_owner():
    account = ruled(left_out=["禁止广告的商品"])
    rule = StandingRule.objects.get()
    order = world.dispatched(accounts=[account], starts=[NOON])[0]
    assert standing.takes(rule, order)
    assert standing.takes(rule, found(order, "绝对化用语"))
    assert not standing.takes(rule, found(order, "绝对化用语", "禁止广告的商品"))
