"""What became of a post whose answer never came (R81, architecture 5, F03-F05, F45, F50)."""

import importlib

import pytest

from accounts import weibo_binding
from orders import deciding, publishing, reconciling, recording, timeline
from orders.models import PublishAttempt
from tests.moments import DAY, HOUR, MINUTE, SECOND
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, book, fault, fresh
from weitask.gateways import weibo
from weitask.gateways.errors import UnknownError
from weitask.models import Alarm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]
A = PublishAttempt.State
CLIENT = importlib.import_module("weitask.gateways.weibo.calls")
LOOK = START + 3 * MINUTE  # the first read
PROOF = START + 4 * MINUTE  # the second one


def lost(sandbox, order, *, made: bool) -> None:
    """The answer of the order's post is lost; the post was made, or was not."""
    target = "statuses/repost" if order.source_id else "statuses/update"
    fault(sandbox, target, "timeout_after" if made else "timeout_before", seconds=0)
    assert publishing.publish_due(START) == 0
    assert order.attempts.get().state == A.UNKNOWN


def attempts(order) -> list[str]:
    return list(order.attempts.values_list("state", flat=True))


def test_a_lost_answer_is_looked_for_three_minutes_after_sending(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    assert reconciling.reconcile_next_due(START) == LOOK
    assert reconciling.reconcile_due(LOOK - SECOND) == 0


def test_a_post_whose_answer_was_lost_is_found_and_never_sent_again(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    assert publishing.publish_due(LOOK) == 0
    assert reconciling.reconcile_due(LOOK) == 1
    (post,) = book(sandbox, order)
    assert (fresh(order).state, fresh(order).weibo_id, fresh(order).posted_at) == ("published", post["id"], START)
    assert reconciling.reconcile_next_due(LOOK) is None


def test_slow_server_error_20032_is_found_once_it_shows(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="20032", after=True, visible_after=120)
    publishing.publish_due(START)
    assert reconciling.reconcile_due(LOOK) == 1
    assert (fresh(order).state, len(book(sandbox, order))) == ("published", 1)


def test_absence_takes_two_full_reads_a_minute_apart(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=False)
    assert reconciling.reconcile_due(LOOK) == 0
    assert (attempts(order), reconciling.reconcile_next_due(LOOK)) == (["unknown"], PROOF)
    assert reconciling.reconcile_due(PROOF - SECOND) == 0
    assert reconciling.reconcile_due(PROOF) == 1
    assert attempts(order) == ["absent"]


def test_proven_absence_inside_the_window_allows_a_second_try(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=False)
    reconciling.reconcile_due(LOOK)
    reconciling.reconcile_due(PROOF)
    assert publishing.publish_next_due(PROOF) <= PROOF
    assert publishing.publish_due(PROOF) == 1
    assert (attempts(order), len(book(sandbox, order))) == (["absent", "confirmed"], 1)


def test_a_second_lost_try_ends_the_order(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=False)
    reconciling.reconcile_due(LOOK)
    reconciling.reconcile_due(PROOF)
    fault(sandbox, "statuses/update", "timeout_before", seconds=0)
    publishing.publish_due(PROOF)
    reconciling.reconcile_due(PROOF + 3 * MINUTE)
    assert reconciling.reconcile_due(PROOF + 4 * MINUTE) == 1
    assert publishing.publish_due(PROOF + 4 * MINUTE) == 1
    order = fresh(order)
    assert (order.state, order.cause, attempts(order)) == ("cancelled", "platform", ["absent", "absent"])
    assert (world.frozen(order), world.available(order)) == (0, 11_000)


def test_absence_proven_after_the_window_cancels(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "timeout_before", seconds=0)
    late = START + 14 * MINUTE
    publishing.publish_due(late)
    assert publishing.publish_due(START + 16 * MINUTE) == 0
    reconciling.reconcile_due(late + 3 * MINUTE)
    assert reconciling.reconcile_due(late + 4 * MINUTE) == 1
    assert publishing.publish_due(late + 4 * MINUTE) == 1
    assert (fresh(order).state, book(sandbox, order)) == ("cancelled", [])


def test_a_post_found_after_the_window_is_published(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "timeout_after", seconds=0)
    publishing.publish_due(START + 14 * MINUTE)
    assert reconciling.reconcile_due(START + 20 * MINUTE) == 1
    assert (fresh(order).state, fresh(order).posted_at) == ("published", START + 14 * MINUTE)


def test_a_sender_that_died_leaves_its_attempt_to_the_timeline(sandbox):
    (order,) = at_weibo.ready(sandbox)
    order.attempts.create(
        number=1, state=A.SENDING, base_post_id="0", armed_at=START, sent_at=START, next_at=LOOK, deadline=START
    )
    reconciling.reconcile_due(LOOK)
    attempt = order.attempts.get()
    assert (attempt.state, attempt.code, attempt.full_reads) == ("unknown", "no_answer", 1)


def test_a_deletion_newer_than_the_base_makes_absence_unprovable(sandbox):
    sandbox.control("settings/", {"timeline_sentinels": True})
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    sandbox.control(f"weibo/posts/{book(sandbox, order)[0]['id']}/delete/")
    reconciling.reconcile_due(LOOK)
    assert reconciling.reconcile_due(PROOF) == 0
    order = fresh(order)
    assert (order.state, order.undecided, attempts(order)) == ("accepted", "post_unknown", ["unknown"])
    assert Alarm.objects.get(kind="order_undecided").key == order.number
    assert publishing.publish_due(START + HOUR) == 0
    assert reconciling.reconcile_next_due(PROOF) is None


def test_a_deletion_older_than_the_base_proves_nothing_against_absence(sandbox):
    sandbox.control("settings/", {"timeline_sentinels": True})
    (order,) = at_weibo.ready(sandbox)
    uid = order.account.weibo.uid
    old = sandbox.control("weibo/posts/", {"uid": uid, "text": "早安", "created_at": (START - DAY).isoformat()})
    sandbox.control(f"weibo/posts/{old['id']}/delete/")
    lost(sandbox, order, made=False)
    reconciling.reconcile_due(LOOK)
    assert reconciling.reconcile_due(PROOF) == 1


def test_a_person_decides_what_cannot_be_known(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=False)
    order.attempts.update(saw_deletion=True)
    reconciling.reconcile_due(LOOK)
    reconciling.reconcile_due(PROOF)
    deciding.decide(order=fresh(order), by=world.judge(), outcome="not_posted", reason="时间线里没有", now=PROOF)
    assert (fresh(order).state, attempts(order)) == ("cancelled", ["absent"])


def test_a_timeline_of_several_pages_is_read_back_to_the_base(sandbox, monkeypatch):
    monkeypatch.setattr(CLIENT, "MAX_PAGE", 2)
    (order,) = at_weibo.ready(sandbox)
    uid = order.account.weibo.uid
    sandbox.control("weibo/posts/", {"uid": uid, "text": "早安", "created_at": (START - DAY).isoformat()})
    lost(sandbox, order, made=True)
    later = {"uid": uid, "created_at": (START + MINUTE).isoformat()}
    sandbox.control("weibo/posts/", [later | {"text": f"第{n}条"} for n in range(5)])
    assert reconciling.reconcile_due(LOOK) == 1


def test_a_failing_timeline_proves_nothing(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=False)
    fault(sandbox, "statuses/user_timeline", "http_500", times=2)
    assert reconciling.reconcile_due(LOOK) == 0
    assert order.attempts.get().full_reads == 0
    assert reconciling.reconcile_next_due(LOOK) == LOOK + 30 * SECOND


def test_after_an_outage_every_unknown_is_decided_within_minutes(sandbox):
    orders = at_weibo.ready(sandbox, starts=(START,) * 3)
    fault(sandbox, "statuses/update", "timeout_after", seconds=0, times=2)
    fault(sandbox, "statuses/update", "timeout_before", seconds=0, times=10)
    publishing.publish_due(START)
    fault(sandbox, "*", "http_500", times=1000)
    now = START
    while now < START + 10 * MINUTE:
        now = max(reconciling.reconcile_next_due(now), now + SECOND)
        reconciling.reconcile_due(now)
    at_weibo.calm(sandbox)
    recovered = now
    while (due := reconciling.reconcile_next_due(now)) is not None:
        now = max(due, now)
        reconciling.reconcile_due(now)
        publishing.publish_due(now)
    assert at_weibo.states(orders) == ["published"] * 3
    assert (sandbox.control("stats/")["posts"], sandbox.control("stats/")["doubles"]) == (3, 0)
    assert now - recovered <= 3 * MINUTE


def test_without_authorisation_the_fate_stays_open_and_a_person_is_told_after_an_hour(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    fault(sandbox, "statuses/user_timeline", "error_code", error_code="21332")
    assert reconciling.reconcile_due(LOOK) == 0
    order.account.weibo.refresh_from_db()
    assert order.account.weibo.token_state == "revoked"
    assert reconciling.reconcile_due(START + HOUR) == 0
    assert (fresh(order).state, fresh(order).undecided) == ("accepted", "post_unknown")
    assert reconciling.reconcile_next_due(START) == START + HOUR + 10 * MINUTE
    reconciling.reconcile_due(START + DAY)
    assert reconciling.reconcile_next_due(START) == START + DAY + 6 * HOUR


def test_a_renewed_authorisation_finds_the_post_after_all(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    weibo = order.account.weibo
    weibo.refresh_from_db()
    sealed = weibo.token
    weibo_binding.mark_lost(weibo=weibo, state="revoked", code="", now=START)
    reconciling.reconcile_due(START + HOUR)
    type(weibo).objects.filter(pk=weibo.pk).update(token=sealed, token_state="valid")
    assert reconciling.reconcile_due(START + 2 * HOUR) == 1
    assert (fresh(order).state, fresh(order).undecided) == ("published", "")


def test_absence_proven_late_clears_the_open_question(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=False)
    fault(sandbox, "statuses/user_timeline", "http_500")
    reconciling.reconcile_due(START + HOUR)
    reconciling.reconcile_due(START + HOUR + 10 * MINUTE)
    assert reconciling.reconcile_due(START + HOUR + 11 * MINUTE) == 1
    assert (attempts(order), fresh(order).undecided) == (["absent"], "")


def test_a_repeat_refused_without_a_first_one_is_a_matter_of_content(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="20019")
    publishing.publish_due(START)
    reconciling.reconcile_due(LOOK)
    assert reconciling.reconcile_due(PROOF) == 1
    assert (fresh(order).state, fresh(order).cause) == ("cancelled", "content_refused")


def test_a_stop_while_unknown_exempts_what_is_found(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    at_weibo.halt(order)
    assert reconciling.reconcile_due(LOOK) == 1
    assert (fresh(order).state, fresh(order).exempt_from) == ("published", LOOK)


def test_an_attempt_of_an_order_decided_by_a_person_is_closed(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    world.publish(fresh(order))
    assert reconciling.reconcile_due(LOOK) == 0
    assert attempts(order) == ["confirmed"]


def test_a_positive_answer_after_a_proof_of_absence_is_still_recorded(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)

    def overtaken(name):
        if name == "publish.answered":
            order.attempts.update(state=A.ABSENT, next_at=None)

    monkeypatch.setattr(publishing.faultpoints, "hit", overtaken)
    assert publishing.publish_due(START) == 1
    assert (fresh(order).state, attempts(order)) == ("published", ["confirmed"])


def test_a_late_refusal_does_not_touch_an_attempt_proven_absent(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="20021")

    def overtaken(name):
        if name == "publish.answered":
            order.attempts.update(state=A.ABSENT, next_at=None)

    monkeypatch.setattr(publishing.faultpoints, "hit", overtaken)
    publishing.publish_due(START)
    assert attempts(order)[0] == "absent"
    assert fresh(order).state == "published"  # by the second try, which the proof allowed


def test_a_long_look_leaves_the_rest_to_the_next_one(sandbox, monkeypatch):
    monkeypatch.setattr(reconciling, "BATCH", 1)
    monkeypatch.setattr(reconciling, "LOOK_FOR", -1.0)
    orders = at_weibo.ready(sandbox, starts=(START,) * 2)
    fault(sandbox, "statuses/update", "timeout_after", seconds=0, times=2)
    publishing.publish_due(START)
    assert reconciling.reconcile_due(LOOK) == 1
    assert sorted(at_weibo.states(orders)) == ["accepted", "published"]


def test_an_unreadable_timeline_of_endless_pages_is_not_complete(sandbox, monkeypatch):
    monkeypatch.setattr("orders.timeline.READ_FOR", -1.0)
    monkeypatch.setattr(CLIENT, "MAX_PAGE", 1)
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    uid = order.account.weibo.uid
    sandbox.control("weibo/posts/", {"uid": uid, "text": "晚安", "created_at": (START + MINUTE).isoformat()})
    assert reconciling.reconcile_due(LOOK) == 0
    assert order.attempts.get().full_reads == 0


def test_an_unknown_error_before_any_write_stays_unknown(sandbox, monkeypatch):
    def fail(*args, **kwargs):
        raise UnknownError(code="timeout")

    monkeypatch.setattr("weitask.gateways.weibo.WeiboClient.repost", fail)
    (order,) = at_weibo.ready(sandbox, source_id=at_weibo.source_at(sandbox))
    publishing.publish_due(START)
    assert attempts(order) == ["unknown"]


def test_a_read_that_never_ends_is_not_complete(sandbox, monkeypatch):
    monkeypatch.setattr("orders.timeline.MAX_PAGES", 1)
    monkeypatch.setattr(CLIENT, "MAX_PAGE", 1)
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=False)
    uid = order.account.weibo.uid
    sandbox.control("weibo/posts/", {"uid": uid, "text": "晚安", "created_at": (START + MINUTE).isoformat()})
    reconciling.reconcile_due(LOOK)
    assert order.attempts.get().full_reads == 0


def test_an_answer_that_came_during_the_proof_wins(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=False)
    reconciling.reconcile_due(LOOK)
    attempt = order.attempts.get()
    order.attempts.update(state=A.CONFIRMED)
    assert reconciling._prove_absent(attempt, now=PROOF) == 0
    assert attempts(order) == ["confirmed"]


def test_an_order_that_moved_meanwhile_is_no_case_for_a_person(sandbox):
    order = at_weibo.posted(sandbox)
    reconciling._leave_to_a_person(order.attempts.get(), now=LOOK)
    assert not Alarm.objects.filter(kind="order_undecided").exists()


def test_the_same_post_recorded_twice_is_fine(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    claimed = reconciling.attempts.claim_unknown(limit=9, now=LOOK)
    questions, _blind = reconciling._questions(claimed)
    look = timeline.look(questions[0], client=weibo.client().pinned(now=LOOK))
    found = recording.Found(order.pk, claimed[0], look.posts[0])
    assert recording.confirm(found=[found], now=LOOK) == 1
    assert recording.confirm(found=[found], now=LOOK) == 0
    assert not Alarm.objects.filter(kind="post_astray").exists()
