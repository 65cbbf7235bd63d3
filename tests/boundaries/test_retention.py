"""Retention at 24 hours and 30 days, and an outage over the 24-hour mark (R82-R84, R90, A3-A6)."""

import pytest

from orders import retention
from tests.boundaries.watching import delete, prove, watch
from tests.moments import DAY, HOUR, MINUTE, SECOND
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, fault, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]
MARK = START + DAY
END = START + 30 * DAY


def money(order) -> tuple[int, int, int]:
    """Frozen and available of the advertiser, payable to the owner, fen."""
    return world.frozen(order), world.available(order), world.payable(order)


# --- 24 hours ---


def test_missing_at_23_59_59_and_proven_is_failed(sandbox):
    order = at_weibo.posted(sandbox)
    watch(MARK - 5 * MINUTE, since=START)
    delete(sandbox, order, MARK - 2 * SECOND)
    prove(MARK - SECOND)
    assert (fresh(order).state, fresh(order).first_missing_at) == ("failed", MARK - SECOND)
    assert money(order) == (0, 11_000, 0)


def test_alive_at_24_00_00_is_achieved(sandbox):
    order = at_weibo.posted(sandbox)
    watch(MARK, since=START)
    assert (fresh(order).state, fresh(order).achieved_at) == ("achieved", MARK)
    assert money(order) == (0, 0, 10_000)


def test_alive_at_23_59_59_is_not_achieved_yet(sandbox):
    order = at_weibo.posted(sandbox)
    watch(MARK - 5 * MINUTE, since=START)
    retention.check_due(MARK - SECOND)
    order = fresh(order)
    assert (order.state, order.last_seen_at, order.next_check_at) == ("published", MARK - SECOND, MARK)
    assert money(order) == (11_000, 0, 0)


def test_first_missing_at_24_00_00_is_to_the_owners_benefit(sandbox):
    order = at_weibo.posted(sandbox)
    watch(MARK - MINUTE, since=START)
    delete(sandbox, order, MARK - SECOND)
    prove(MARK)
    assert (fresh(order).state, fresh(order).deleted_early) == ("achieved", True)
    assert money(order) == (0, 0, 10_000)


# --- An outage over the mark: last seen at +23:59:00, then blind ---


def blind(sandbox, order, *, until):
    """No reading is answered any more, from a minute before the mark on."""
    watch(MARK - MINUTE, since=START)
    fault(sandbox, "statuses/show_batch", "http_500", times=10_000)
    watch(until, since=MARK - MINUTE)


def test_while_blind_no_verdict_falls(sandbox):
    order = at_weibo.posted(sandbox)
    blind(sandbox, order, until=MARK + 3 * HOUR)
    assert (fresh(order).state, fresh(order).undecided) == ("published", "")
    assert money(order) == (11_000, 0, 0)


def test_missing_after_a_gap_of_30_minutes_and_a_second_is_left_to_a_reviewer(sandbox):
    order = at_weibo.posted(sandbox)
    blind(sandbox, order, until=MARK + 28 * MINUTE)
    delete(sandbox, order, MARK + 28 * MINUTE)
    at_weibo.calm(sandbox)
    prove(MARK + 29 * MINUTE + SECOND)
    assert (fresh(order).state, fresh(order).undecided) == ("published", "straddle")
    assert money(order) == (11_000, 0, 0)


def test_missing_after_a_gap_of_30_minutes_is_achieved(sandbox):
    order = at_weibo.posted(sandbox)
    blind(sandbox, order, until=MARK + 28 * MINUTE)
    delete(sandbox, order, MARK + 28 * MINUTE)
    at_weibo.calm(sandbox)
    prove(MARK + 29 * MINUTE)
    assert (fresh(order).state, fresh(order).deleted_early) == ("achieved", True)
    assert money(order) == (0, 0, 10_000)


def test_alive_after_an_outage_of_hours_is_achieved_as_of_24_hours(sandbox):
    order = at_weibo.posted(sandbox)
    blind(sandbox, order, until=MARK + 3 * HOUR)
    at_weibo.calm(sandbox)
    prove(MARK + 4 * HOUR)
    assert (fresh(order).state, fresh(order).achieved_at) == ("achieved", MARK)
    assert money(order) == (0, 0, 10_000)


# --- 30 days ---


def test_missing_at_29_days_23_59_59_is_deleted_early_and_never_completed(sandbox):
    order = at_weibo.posted(sandbox)
    watch(END - 20 * MINUTE, since=START)
    delete(sandbox, order, END - 2 * SECOND)
    prove(END - SECOND)
    watch(END + DAY, since=END)
    order = fresh(order)
    assert (order.state, order.deleted_early, order.completed_at) == ("achieved", True, None)
    assert money(order) == (0, 0, 10_000)  # the income stays (A4)


def test_alive_at_30_days_is_completed(sandbox):
    order = at_weibo.posted(sandbox)
    watch(END, since=START)
    order = fresh(order)
    assert (order.state, order.deleted_early, order.completed_at) == ("completed", False, END)


def test_first_missing_at_30_days_is_completed(sandbox):
    order = at_weibo.posted(sandbox)
    watch(END - MINUTE, since=START)
    delete(sandbox, order, END - SECOND)
    prove(END)
    assert (fresh(order).state, fresh(order).deleted_early) == ("completed", False)
