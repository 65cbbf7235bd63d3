"""Workers killed, stopped and doubled while posting: one post in the sandbox's own book, each time (F01-F04, F07).

Weibo's own refusal of repeats is off, or it would hide a double. The last test is the control of them all: a blind
resend must make two.
"""

import pytest

from accounts.models import Slot
from orders import publishing, reconciling
from orders.models import Order, PublishAttempt
from tests.chaos.workers import Worker, readings, recover, wait_for
from tests.moments import DAY, HOUR, MINUTE, MONDAY, SECOND
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, book, fault, fresh
from weitask import clock

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("committed")]
SENDING_POINTS = ["publish.armed", "publish.sending", "publish.before_send"]
ANSWER_POINTS = ["publish.after_send", "publish.answered", "publish.recorded"]


@pytest.fixture(autouse=True)
def world_at_monday(committed, sandbox):
    """The clock stands still for all processes, and Weibo takes the same text again and again."""
    clock.pin(at=MONDAY)
    sandbox.control("settings/", {"refuse_repeats": False})


@pytest.fixture
def worker(sandbox, tmp_path):
    """Start a worker; whatever still lives at the end is killed."""
    started: list[Worker] = []

    def start(sweep="orders.publish", *, now=START, fault=""):
        started.append(Worker(sweep, now=now, sandbox=sandbox, folder=tmp_path, fault=fault))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


def assert_posted_once(sandbox, *orders):
    for order in orders:
        assert (fresh(order).state, len(book(sandbox, order))) == ("published", 1)
    assert sandbox.control("stats/")["doubles"] == 0


@pytest.mark.parametrize("point", [*SENDING_POINTS, *ANSWER_POINTS])
def test_a_worker_killed_at_any_point_leaves_one_post(sandbox, worker, point):
    (order,) = at_weibo.ready(sandbox)
    dead = worker(fault=f"{point}:kill")
    assert dead.wait() == -9
    assert dead.proof.exists()
    recover(START, until=START + HOUR)
    assert_posted_once(sandbox, order)


@pytest.mark.parametrize("point", ["publish.before_send", "publish.after_send", "publish.answered"])
def test_a_worker_killed_while_reposting_leaves_one_repost(sandbox, worker, point):
    (order,) = at_weibo.ready(sandbox, source_id=at_weibo.source_at(sandbox))
    assert worker(fault=f"{point}:kill").wait() == -9
    recover(START, until=START + HOUR)
    assert_posted_once(sandbox, order)


@pytest.mark.parametrize("point", SENDING_POINTS)
def test_killed_before_sending_and_nobody_left_for_an_hour_is_a_clean_cancel(sandbox, worker, point):
    (order,) = at_weibo.ready(sandbox)
    assert worker(fault=f"{point}:kill").wait() == -9
    recover(START + HOUR, until=START + 2 * HOUR)
    order = fresh(order)
    assert (order.state, order.cause, book(sandbox, order)) == ("cancelled", "platform", [])
    assert (world.frozen(order), world.available(order)) == (0, 11_000)
    assert not Slot.objects.exists()


@pytest.mark.parametrize("kind", ["timeout_after", "timeout_before"])
def test_a_worker_killed_while_the_post_is_on_the_wire_leaves_one_post(sandbox, worker, kind):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", kind, seconds=14)
    dead = worker()
    wait_for(lambda: order.attempts.filter(state="sending").exists())
    if kind == "timeout_after":
        wait_for(lambda: len(book(sandbox, order)) == 1)
    dead.kill()
    at_weibo.calm(sandbox)
    assert order.attempts.get().state == "sending"
    recover(START, until=START + HOUR)
    assert_posted_once(sandbox, order)


@pytest.mark.parametrize("point", ["reconcile.claimed", "reconcile.answered"])
@pytest.mark.parametrize("kind", ["timeout_after", "timeout_before"])
def test_a_worker_killed_while_looking_for_a_post_changes_nothing(sandbox, worker, point, kind):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", kind, seconds=0)
    publishing.publish_due(START)
    assert worker("orders.reconcile", now=START + 3 * MINUTE, fault=f"{point}:kill").wait() == -9
    recover(START + 3 * MINUTE, until=START + HOUR)
    assert_posted_once(sandbox, order)


def test_a_worker_frozen_past_its_deadline_writes_nothing_when_it_wakes(sandbox, worker):
    (order,) = at_weibo.ready(sandbox)
    late = START + 15 * MINUTE - 3 * SECOND  # the window leaves it three seconds
    frozen = worker(now=late, fault="publish.before_send:stop")
    wait_for(frozen.proof.exists)
    wait_for(lambda: order.attempts.filter(deadline__lt=clock.real()).exists() or _older(order, 4.0))
    frozen.go_on()
    assert frozen.wait() == 0
    attempt = order.attempts.get()
    assert (attempt.state, attempt.code, book(sandbox, order)) == ("armed", "deadline", [])


def _older(order, seconds):
    """Whether the attempt was sent that many real seconds ago (its deadline lies 30 s after)."""
    deadline = order.attempts.values_list("deadline", flat=True).get()
    return (deadline - clock.real()).total_seconds() < 30 - seconds


def test_five_workers_at_once_post_each_order_once(sandbox, worker):
    orders = at_weibo.ready(sandbox, starts=(START,) * 12)
    five = [worker() for _ in range(5)]
    assert [one.wait() for one in five] == [0] * 5
    assert_posted_once(sandbox, *orders)
    assert PublishAttempt.objects.count() == 12


def test_a_worker_killed_between_reading_and_verdict_earns_once(sandbox, worker):
    order = at_weibo.posted(sandbox)
    readings(START, until=START + DAY - MINUTE)
    assert worker("orders.readings", now=START + DAY, fault="retention.answered:kill").wait() == -9
    assert fresh(order).state == "published"
    readings(START + DAY, until=START + DAY)
    assert (fresh(order).state, world.payable(order)) == ("achieved", 10_000)


def test_a_blind_resend_makes_two(sandbox, worker):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "slow", seconds=0, visible_after=600)  # not in the timeline yet
    assert worker(fault="publish.after_send:kill").wait() == -9
    order.attempts.update(state="armed", next_at=START)  # as if its fate were known
    publishing.publish_due(START + SECOND)
    assert len(book(sandbox, order)) == 2
    assert sandbox.control("stats/")["doubles"] == 1


def test_a_blind_resend_of_a_repost_makes_two(sandbox):
    (order,) = at_weibo.ready(sandbox, source_id=at_weibo.source_at(sandbox))
    fault(sandbox, "statuses/repost", "timeout_after", seconds=0)
    publishing.publish_due(START)
    order.attempts.update(state="armed", next_at=START)
    publishing.publish_due(START + SECOND)
    assert (len(book(sandbox, order)), sandbox.control("stats/")["doubles"]) == (2, 1)


def test_a_storm_of_lost_answers_posts_every_order_once(sandbox):
    orders = at_weibo.ready(sandbox, starts=tuple(START + n % 3 * 15 * MINUTE for n in range(24)))
    for kind in ("timeout_after", "timeout_before", "http_500", "bad_json", "drop"):
        fault(sandbox, "statuses/update", kind, probability=0.25, times=1000, seconds=0, seed=kind)
    now = recover(START, until=START + 35 * MINUTE)
    assert sum(one["hits"] for one in sandbox.control("faults/")) >= 10
    at_weibo.calm(sandbox)
    recover(now, until=START + 2 * HOUR)
    assert sandbox.control("stats/")["doubles"] == 0
    for order in Order.objects.filter(pk__in=[order.pk for order in orders]):
        expected = {"published": 1, "cancelled": 0}[order.state]
        assert len(book(sandbox, order)) == expected
    assert reconciling.reconcile_next_due(now) is None
