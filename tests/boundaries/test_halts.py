"""Stop: posted one second before → 已发布 + exemption, not yet posted → 已取消 (R85, R86, A7, A21, A23)."""

import pytest

from accounts.models import Notice
from orders import publishing, retention
from tests.boundaries.doors import halt
from tests.boundaries.watching import delete, prove, watch
from tests.moments import DAY, HOUR, MINUTE, SECOND
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, book, fresh
from tests.tasks.making import reviewer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]
STOP = START + SECOND
DOORS = pytest.mark.parametrize("door", ["verb", "api"])


def two_of_one_task(sandbox):
    """已接单 at START and at START + 15 min."""
    accounts = [at_weibo.account_at(sandbox), at_weibo.account_at(sandbox)]
    orders = world.dispatched(accounts=accounts, starts=[START, START + 15 * MINUTE])
    return [world.accept(order) for order in orders]


@DOORS
def test_an_order_not_yet_posted_is_cancelled_and_never_posted(sandbox, door):
    _posted, waiting = two_of_one_task(sandbox)
    assert halt(door, waiting.task, reviewer(), now=STOP) == []
    publishing.publish_due(waiting.start_at)
    waiting = fresh(waiting)
    assert (waiting.state, waiting.cause, book(sandbox, waiting)) == ("cancelled", "halt", [])
    assert world.payable(waiting) == 0


@DOORS
def test_an_order_posted_a_second_before_the_stop_stays_published_and_is_exempt(sandbox, door):
    posted, waiting = two_of_one_task(sandbox)
    publishing.publish_due(START)
    assert halt(door, posted.task, reviewer(), now=STOP) == []
    posted = fresh(posted)
    assert (posted.state, posted.posted_at, posted.exempt_from) == ("published", STOP - SECOND, STOP)
    assert (fresh(waiting).state, world.frozen(posted), world.available(posted)) == ("cancelled", 11_000, 11_000)
    assert Notice.objects.get(user=posted.owner, kind="order_delete_post").urgent


def test_deleted_right_after_the_stop_it_earns_at_24_hours_and_completes_at_30_days(sandbox):
    posted = at_weibo.posted(sandbox)
    halt("verb", posted.task, reviewer(), now=STOP)
    delete(sandbox, posted, STOP + SECOND)
    watch(START + DAY - SECOND, since=STOP)
    assert fresh(posted).state == "published"  # never earlier than any other
    watch(START + 30 * DAY, since=START + DAY - SECOND)
    posted = fresh(posted)
    assert (posted.state, posted.achieved_at, world.payable(posted)) == ("completed", START + DAY, 10_000)


@pytest.mark.parametrize(("missing_before_the_stop", "ends"), [(SECOND, "failed"), (0 * SECOND, "achieved")])
def test_the_exemption_begins_at_the_instant_of_the_stop(sandbox, missing_before_the_stop, ends):
    posted = at_weibo.posted(sandbox)
    delete(sandbox, posted, START + MINUTE)
    retention.check_due(START + HOUR)  # seen missing for the first time
    halt("verb", posted.task, reviewer(), now=START + HOUR + missing_before_the_stop)
    prove(START + HOUR + MINUTE)
    watch(START + DAY, since=START + HOUR + 6 * MINUTE)
    assert fresh(posted).state == ends
