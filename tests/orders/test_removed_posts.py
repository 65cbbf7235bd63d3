"""A post that Weibo itself removed, when a reading in between brought no answer (A7, R90)."""

import pytest

from orders import retention
from tests.moments import DAY, MINUTE
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, fault, fresh
from tests.orders.test_retention import delete, outcomes, watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]


def blind_look(sandbox, order):
    """One reading that Weibo does not answer, right when the second probe is due."""
    fault(sandbox, "statuses/show_batch", "http_500", times=1)
    retention.check_due(fresh(order).next_check_at)


def test_an_unanswered_reading_between_the_probes_does_not_turn_a_removal_into_a_failure(sandbox):
    order = at_weibo.posted(sandbox)
    delete(sandbox, order, START + MINUTE, by="platform")
    retention.check_due(START + MINUTE)
    blind_look(sandbox, order)
    watch(START + DAY)
    assert outcomes(order) == ["blocked", "unknown", "blocked"]
    assert (fresh(order).state, fresh(order).cause) == ("achieved", "exempt")
    assert world.payable(order) == 10_000


def test_missing_then_unanswered_then_removed_is_left_to_a_person(sandbox):
    order = at_weibo.posted(sandbox)
    delete(sandbox, order, START + MINUTE)
    retention.check_due(START + MINUTE)
    blind_look(sandbox, order)
    sandbox.control(f"weibo/posts/{order.weibo_id}/restore/", {})
    sandbox.control(f"weibo/posts/{order.weibo_id}/delete/", {"by": "platform"})
    watch(START + DAY)
    assert (fresh(order).state, fresh(order).undecided) == ("published", "removed")
