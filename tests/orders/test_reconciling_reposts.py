"""A lost repost has no annotations: it is told by source, words, app and time (R81, architecture 5)."""

from datetime import timedelta

import pytest

from orders import publishing, reconciling
from orders.models import Order
from tests.moments import MINUTE, SECOND
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, book, fault, fresh
from tests.orders.test_reconciling import LOOK, PROOF, attempts, lost
from weitask.models import Alarm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]


def test_a_lost_repost_is_told_by_source_words_app_and_time(sandbox):
    source = at_weibo.source_at(sandbox)
    (order,) = at_weibo.ready(sandbox, source_id=source)
    lost(sandbox, order, made=True)
    assert reconciling.reconcile_due(LOOK) == 1
    assert fresh(order).weibo_id == book(sandbox, order)[0]["id"]


def test_a_repost_of_a_repost_is_told_by_its_root(sandbox):
    root = at_weibo.source_at(sandbox)
    source = at_weibo.source_at(sandbox, text="转起来", source_id=root)
    (order,) = at_weibo.ready(sandbox, source_id=source)
    lost(sandbox, order, made=True)
    assert reconciling.reconcile_due(LOOK) == 1


def test_a_repost_whose_source_has_gone_is_still_found(sandbox):
    source = at_weibo.source_at(sandbox)
    (order,) = at_weibo.ready(sandbox, source_id=source)
    lost(sandbox, order, made=True)
    sandbox.control(f"weibo/posts/{source}/delete/")
    assert reconciling.reconcile_due(LOOK) == 1


@pytest.mark.parametrize(
    ("words", "delay"), [("别的话", timedelta(0)), ("好吃", 10 * MINUTE)], ids=["other words", "much later"]
)
def test_the_owners_own_repost_is_not_taken_for_ours(sandbox, words, delay):
    source = at_weibo.source_at(sandbox)
    (order,) = at_weibo.ready(sandbox, source_id=source)
    lost(sandbox, order, made=False)
    uid = order.account.weibo.uid
    wish = {"uid": uid, "text": words, "source_id": source, "created_at": (START + delay).isoformat()}
    sandbox.control("tick/", {"now": (START + delay).isoformat()})
    sandbox.control("weibo/posts/", wish)
    reconciling.reconcile_due(LOOK + delay)
    assert reconciling.reconcile_due(PROOF + delay) == 1
    assert attempts(order) == ["absent"]


def test_reposts_prove_nothing_while_their_sources_cannot_be_read(sandbox):
    source = at_weibo.source_at(sandbox)
    (order,) = at_weibo.ready(sandbox, source_id=source)
    lost(sandbox, order, made=False)
    fault(sandbox, "statuses/show_batch", "http_500")
    assert reconciling.reconcile_due(LOOK) == 0
    assert order.attempts.get().full_reads == 0


def test_a_post_bound_to_another_order_is_not_taken_twice(sandbox):
    source = at_weibo.source_at(sandbox)
    (order,) = at_weibo.ready(sandbox, source_id=source)
    lost(sandbox, order, made=True)
    (post,) = book(sandbox, order)
    other = world.published()
    type(order).objects.filter(pk=other.pk).update(weibo_id=post["id"])
    reconciling.reconcile_due(LOOK)
    assert reconciling.reconcile_due(PROOF) == 1
    assert attempts(order) == ["absent"]


def test_the_owners_original_posts_are_no_reposts_of_ours(sandbox):
    (order,) = at_weibo.ready(sandbox, source_id=at_weibo.source_at(sandbox))
    lost(sandbox, order, made=False)
    wish = {"uid": order.account.weibo.uid, "text": "好吃", "created_at": START.isoformat()}
    sandbox.control("weibo/posts/", wish)
    reconciling.reconcile_due(LOOK)
    assert reconciling.reconcile_due(PROOF) == 1


def test_a_first_try_that_shows_late_is_found_when_the_second_is_refused_as_a_repeat(sandbox):
    (order,) = at_weibo.ready(sandbox, source_id=at_weibo.source_at(sandbox))
    fault(sandbox, "statuses/repost", "timeout_after", seconds=0, visible_after=300)
    publishing.publish_due(START)
    reconciling.reconcile_due(LOOK)
    assert reconciling.reconcile_due(PROOF) == 1
    fault(sandbox, "statuses/repost", "error_code", error_code="20019")
    publishing.publish_due(PROOF)
    assert reconciling.reconcile_due(PROOF + 3 * MINUTE) == 1
    assert (fresh(order).state, len(book(sandbox, order))) == ("published", 1)


def test_two_lost_reposts_of_one_account_do_not_both_take_the_one_that_was_made(sandbox):
    account, source = at_weibo.account_at(sandbox), at_weibo.source_at(sandbox)
    second_start = START + 15 * MINUTE
    orders = [world.accepted(accounts=[account], starts=(start,)) for start in (START, second_start)]
    Order.objects.filter(account=account).update(form="repost", source_id=source)
    fault(sandbox, "statuses/repost", "timeout_after", seconds=0, visible_after=60)
    publishing.publish_due(second_start - SECOND)
    fault(sandbox, "statuses/repost", "timeout_before", seconds=0)
    publishing.publish_due(second_start)
    reconciling.reconcile_due(second_start + 3 * MINUTE)
    assert at_weibo.states(orders) == ["published", "accepted"]
    assert orders[1].attempts.get().full_reads == 1
    assert not Alarm.objects.filter(kind="sweep_row").exists()
