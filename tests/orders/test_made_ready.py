"""The last minute before a start: the timeline is read and pictures are uploaded, and nothing is posted (R80, R81)."""

import time

import pytest

from accounts import weibo_binding
from accounts.models import WeiboAccount
from orders import pool, publishing
from orders.attempts import claim, to_sending
from tests.moments import MINUTE, SECOND
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, book, fault, fresh
from weitask import clock
from weitask.celery import TIMETABLE, look

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]
BEFORE = START - 30 * SECOND


def made_ready(sandbox):
    (order,) = at_weibo.ready(sandbox)
    assert publishing.publish_due(BEFORE) == 0
    return order


def test_an_order_is_made_ready_and_not_posted(sandbox):
    order = made_ready(sandbox)
    attempt = order.attempts.get()
    assert (attempt.state, attempt.prepared_at, attempt.base_post_id) == ("armed", BEFORE, "0")
    assert (fresh(order).state, book(sandbox, order)) == ("accepted", [])
    assert publishing.publish_next_due(BEFORE) == attempt.next_at == START


def test_at_the_start_only_the_post_is_left_to_do(sandbox):
    order = made_ready(sandbox)
    fault(sandbox, "statuses/user_timeline", "http_500", times=9)
    assert publishing.publish_due(START) == 1
    assert (fresh(order).state, len(book(sandbox, order))) == ("published", 1)
    assert order.attempts.get().prepared_at is None


def test_more_than_a_minute_before_nobody_is_asked(sandbox):
    (order,) = at_weibo.ready(sandbox)
    publishing.publish_due(START - MINUTE - SECOND)
    assert not order.attempts.exists()


def test_nothing_is_sent_before_the_start_even_when_asked(sandbox):
    made_ready(sandbox)
    (attempt_id,) = claim(limit=9, now=START)
    parcels, _moved = publishing._packed([attempt_id], now=START)
    assert to_sending(parcels=parcels, now=START - SECOND) == set()
    assert to_sending(parcels=parcels, now=START) == {attempt_id}


@pytest.mark.parametrize(("kind", "code"), [("error_code", "21332"), ("error_code", "20016"), ("http_500", "")])
def test_what_fails_before_the_start_is_tried_again_at_the_start(sandbox, kind, code):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/user_timeline", kind, error_code=code)
    assert publishing.publish_due(BEFORE) == 0
    assert (order.attempts.get().prepared_at, order.attempts.get().next_at) == (None, START)
    assert WeiboAccount.objects.get(pk=order.account.weibo_id).token_state == "valid"
    assert publishing.publish_due(START) == 1
    assert fresh(order).state == "published"


def test_without_a_token_the_owner_has_until_the_start(sandbox):
    (order,) = at_weibo.ready(sandbox)
    weibo_binding.mark_lost(weibo=order.account.weibo, state="revoked", code="", now=BEFORE)
    assert publishing.publish_due(BEFORE) == 0
    assert fresh(order).state == "accepted"
    assert publishing.publish_due(START) == 1
    assert (fresh(order).state, fresh(order).cause) == ("cancelled", "owner_fault")


def test_after_two_minutes_the_timeline_is_read_again(sandbox):
    order = made_ready(sandbox)
    wish = {"uid": order.account.weibo.uid, "text": "早上好", "created_at": START.isoformat()}
    newer = sandbox.control("weibo/posts/", wish)["id"]
    assert publishing.publish_due(BEFORE + 2 * MINUTE) == 1
    assert order.attempts.get().base_post_id == str(newer)


def test_pictures_are_uploaded_ahead_and_once(sandbox, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (order,) = at_weibo.ready(sandbox)
    at_weibo.picture(order, tmp_path)
    publishing.publish_due(BEFORE)
    (tmp_path / "images" / "a.jpg").unlink()
    assert publishing.publish_due(START) == 1
    assert len(book(sandbox, order)[0]["pic_ids"]) == 1


def test_a_stop_after_it_was_made_ready_posts_nothing(sandbox):
    order = made_ready(sandbox)
    at_weibo.halt(order)
    assert publishing.publish_due(START) == 0
    assert book(sandbox, order) == []


def test_a_worker_that_dies_while_making_ready_leaves_the_order_to_the_start(sandbox):
    (order,) = at_weibo.ready(sandbox)
    assert claim(limit=9, now=BEFORE) != []
    assert publishing.publish_due(BEFORE + SECOND) == 0
    assert publishing.publish_due(START) == 1
    assert (fresh(order).state, len(book(sandbox, order))) == ("published", 1)


def test_a_worker_too_slow_to_make_ready_sends_nothing_that_was_sent_meanwhile(sandbox):
    order = made_ready(sandbox)
    (attempt_id,) = claim(limit=9, now=START)
    slow, _moved = publishing._packed([attempt_id], now=START)
    assert publishing.publish_due(START + 30 * SECOND) == 1
    publishing.attempts.put_by(parcels=slow, now=START + MINUTE)
    assert to_sending(parcels=slow, now=START + MINUTE) == set()
    assert (order.attempts.get().state, len(book(sandbox, order))) == ("confirmed", 1)


def test_what_is_due_goes_before_what_is_early(sandbox):
    early, due = at_weibo.ready(sandbox, starts=(START + MINUTE, START))
    assert claim(limit=1, now=START) == [due.attempts.get().pk]
    assert not early.attempts.exists()


def test_what_is_ready_does_not_wait_for_what_is_not(sandbox):
    ready, late = at_weibo.ready(sandbox, starts=(START, START + MINUTE))
    assert publishing.publish_due(BEFORE) == 0
    fault(sandbox, "statuses/user_timeline", "http_500", times=9)
    assert publishing.publish_due(START) == 1
    assert (fresh(ready).state, fresh(late).state) == ("published", "accepted")


def test_a_limit_met_at_the_start_is_tried_again_after_five_seconds(sandbox):
    order = made_ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="10023")
    assert publishing.publish_due(START) == 0
    attempt = order.attempts.get()
    assert (attempt.state, attempt.prepared_at, attempt.next_at) == ("armed", None, START + 5 * SECOND)


# --- the pool ---


def test_threads_are_kept_from_call_to_call_and_answers_keep_their_order(settings):
    settings.WEITASK_POOL = 3
    assert pool.each(abs, [-1, -2, -3, -4]) == [1, 2, 3, 4]
    kept = pool._threads()
    pool.each(abs, [-1, -2])
    assert pool._threads() is kept


def test_an_error_that_a_thread_did_not_catch_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        pool.each(lambda item: 1 / item, [1, 0])


def test_an_accepted_order_a_day_away_is_left_alone():
    order = world.accepted()
    assert claim(limit=9, now=order.start_at - 2 * MINUTE) == []


def test_a_look_just_before_the_start_stays_and_posts_at_it(sandbox):
    (order,) = at_weibo.ready(sandbox)
    clock.advance(to=START - SECOND)  # from here on it runs
    assert look("orders.publish") == 1
    assert START <= fresh(order).posted_at < START + 5 * SECOND


def test_a_look_leaves_a_start_after_the_next_bell_to_that_bell(sandbox, monkeypatch):
    at_weibo.ready(sandbox)
    monkeypatch.setattr(time, "sleep", pytest.fail)
    clock.pin(at=START - TIMETABLE["orders.publish"][0] * SECOND)
    assert look("orders.publish") == 0
