"""Posting at the start, once, inside the window (R80, R81, A24, F47)."""

from datetime import timedelta

import pytest

from accounts import weibo_binding
from accounts.models import Notice, WeiboAccount
from orders import lifecycle, publishing
from orders.models import PublishAttempt
from orders.moves import Cause, State
from tests.accounts import weibo_side
from tests.moments import MINUTE, SECOND
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, book, fault, fresh
from weitask.models import Alarm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]
A = PublishAttempt.State
claim = publishing.attempts.claim


def attempts(order) -> list[str]:
    return list(order.attempts.values_list("state", flat=True))


def test_an_accepted_order_is_posted_at_its_start(sandbox):
    (order,) = at_weibo.ready(sandbox)
    assert publishing.publish_due(START) == 1
    order = fresh(order)
    (post,) = book(sandbox, order)
    assert (order.state, order.cause, order.weibo_id) == ("published", "posted", post["id"])
    assert order.posted_at == START
    assert post["annotations"] == [{"weitask_order": order.number}]
    assert attempts(order) == ["confirmed"]


def test_a_published_order_is_read_at_once_and_counted_at_the_next_hour(sandbox):
    order = at_weibo.posted(sandbox)
    assert (order.next_check_at, order.last_seen_at) == (START, START)
    assert order.next_count_at == START + 60 * MINUTE


def test_nothing_is_posted_a_second_before_the_start(sandbox):
    (order,) = at_weibo.ready(sandbox)
    assert publishing.publish_due(START - SECOND) == 0
    assert book(sandbox, order) == []


def test_publishing_is_next_due_at_the_earliest_start(sandbox):
    at_weibo.ready(sandbox, starts=(START + 15 * MINUTE, START))
    assert publishing.publish_next_due(START - MINUTE) == START
    assert publishing.publish_next_due(START + 5 * MINUTE) == START


def test_nothing_is_due_once_everything_is_posted(sandbox):
    at_weibo.posted(sandbox)
    assert publishing.publish_next_due(START) is None
    assert publishing.publish_due(START) == 0


def test_a_batch_larger_than_a_claim_is_posted_in_one_look(sandbox, monkeypatch):
    monkeypatch.setattr(publishing, "CLAIM", 2)
    orders = at_weibo.ready(sandbox, starts=(START,) * 5)
    assert publishing.publish_due(START) == 5
    assert at_weibo.states(orders) == ["published"] * 5


def test_a_long_look_leaves_the_rest_to_the_next_one(sandbox, monkeypatch):
    monkeypatch.setattr(publishing, "CLAIM", 1)
    monkeypatch.setattr(publishing, "LOOK_FOR", -1.0)
    at_weibo.ready(sandbox, starts=(START,) * 2)
    assert publishing.publish_due(START) == 1


def test_pictures_are_uploaded_before_the_post(sandbox, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (order,) = at_weibo.ready(sandbox)
    at_weibo.picture(order, tmp_path)
    assert publishing.publish_due(START) == 1
    assert len(book(sandbox, order)[0]["pic_ids"]) == 1


def test_a_missing_picture_file_posts_nothing_and_calls_an_operator(sandbox, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (order,) = at_weibo.ready(sandbox)
    at_weibo.picture(order, tmp_path)
    (tmp_path / "images" / "a.jpg").unlink()
    assert publishing.publish_due(START) == 0
    assert (attempts(order), book(sandbox, order)) == (["armed"], [])
    assert Alarm.objects.get(kind="publish_refused").key == "error"


def test_a_repost_is_made_of_its_source_with_its_words(sandbox):
    source = at_weibo.source_at(sandbox)
    (order,) = at_weibo.ready(sandbox, source_id=source)
    assert publishing.publish_due(START) == 1
    (post,) = book(sandbox, order)
    assert (post["retweeted_id"], post["text"]) == (source, "好吃")


def test_a_deleted_source_cancels_without_blame_for_the_owner(sandbox):
    source = at_weibo.source_at(sandbox)
    (order,) = at_weibo.ready(sandbox, source_id=source)
    sandbox.control(f"weibo/posts/{source}/delete/")
    assert publishing.publish_due(START) == 1
    order = fresh(order)
    assert (order.state, order.cause) == ("cancelled", "source_gone")
    assert (world.frozen(order), world.available(order)) == (0, 11_000)
    assert attempts(order) == ["refused"]


@pytest.mark.parametrize(
    ("code", "cause"),
    [("20018", "content_refused"), ("20021", "content_refused"), ("20015", "owner_fault"), ("21332", "owner_fault")],
)
def test_a_definite_refusal_cancels_with_its_cause(sandbox, code, cause):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code=code)
    assert publishing.publish_due(START) == 1
    assert (fresh(order).state, fresh(order).cause) == ("cancelled", cause)
    assert order.attempts.get().code == code


def test_both_sides_are_told_why_nothing_was_posted(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="20021")
    publishing.publish_due(START)
    kinds = Notice.objects.filter(kind__in=["order_cancelled", "order_not_posted"]).values_list("user_id", flat=True)
    assert set(kinds) == {order.owner_id, order.advertiser.user_id}


@pytest.mark.parametrize(("code", "state"), [("21327", "expired"), ("21315", "expired"), ("21332", "revoked")])
def test_a_dead_token_is_marked_lost(sandbox, code, state):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/user_timeline", "error_code", error_code=code)
    publishing.publish_due(START)
    weibo = WeiboAccount.objects.get(pk=order.account.weibo_id)
    assert (weibo.token_state, weibo.last_error_code) == (state, code)
    assert (fresh(order).state, fresh(order).cause) == ("cancelled", "owner_fault")


def test_a_token_renewed_meanwhile_is_not_marked_lost(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="21332")

    def renew(name):
        if name == "publish.answered":
            token = weibo_side.token(order.account.weibo.uid, value="2.00new")
            profile = weibo_side.profile(order.account.weibo.uid)
            weibo_binding.bind(user=order.owner, token=token, profile=profile, now=START)

    monkeypatch.setattr(publishing.faultpoints, "hit", renew)
    publishing.publish_due(START)
    assert WeiboAccount.objects.get(pk=order.account.weibo_id).token_state == "valid"


def test_a_withdrawn_authorisation_posts_nothing_and_asks_nobody(sandbox):
    (order,) = at_weibo.ready(sandbox)
    weibo_binding.mark_lost(weibo=order.account.weibo, state="revoked", code="", now=START)
    assert publishing.publish_due(START) == 1
    assert (fresh(order).cause, book(sandbox, order)) == ("owner_fault", [])
    assert order.attempts.get().code == "token_revoked"


def test_a_token_that_does_not_open_is_ours_to_mend(sandbox):
    (order,) = at_weibo.ready(sandbox)
    WeiboAccount.objects.filter(pk=order.account.weibo_id).update(token="v1.k9.AAAA")
    assert publishing.publish_due(START) == 0
    assert attempts(order) == ["armed"]
    assert Alarm.objects.filter(kind="vault").exists()


def test_a_configuration_error_waits_for_an_operator_inside_the_window(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="10014")
    assert publishing.publish_due(START) == 0
    assert Alarm.objects.get(kind="publish_refused").key == "10014"
    assert publishing.publish_due(START + 5 * SECOND) == 1
    assert len(book(sandbox, order)) == 1


def test_a_rate_limit_is_tried_again_with_growing_pauses(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="20016", times=2)
    publishing.publish_due(START)
    assert publishing.publish_next_due(START) == START + 5 * SECOND
    assert publishing.publish_due(START + 4 * SECOND) == 0
    publishing.publish_due(START + 40 * SECOND)
    assert publishing.publish_next_due(START) == START + 60 * SECOND
    assert publishing.publish_due(START + 61 * SECOND) == 1
    assert attempts(order) == ["confirmed"]


def test_a_refused_connection_is_tried_again(sandbox, settings):
    (order,) = at_weibo.ready(sandbox)
    with pytest.MonkeyPatch.context():
        settings.WEIBO_BIZ_BASE = "http://127.0.0.1:9"
        assert publishing.publish_due(START) == 0
    settings.WEIBO_BIZ_BASE = sandbox.base_url
    assert attempts(order) == ["armed"]
    assert publishing.publish_due(START + MINUTE) == 1


def test_the_window_ends_fifteen_minutes_after_the_start(sandbox):
    (order,) = at_weibo.ready(sandbox)
    assert publishing.publish_due(START + 15 * MINUTE) == 1
    order = fresh(order)
    assert (order.state, order.cause, book(sandbox, order)) == ("cancelled", "platform", [])
    assert (world.frozen(order), world.available(order)) == (0, 11_000)


def test_one_second_before_the_window_ends_it_is_still_posted(sandbox):
    (order,) = at_weibo.ready(sandbox)
    assert publishing.publish_due(START + 15 * MINUTE - SECOND) == 1
    assert fresh(order).state == "published"


def test_three_hours_without_timers_cancel_and_charge_nobody(sandbox):
    orders = at_weibo.ready(sandbox, starts=(START, START + 15 * MINUTE))
    assert publishing.publish_due(START + timedelta(hours=3)) == 2
    assert at_weibo.states(orders) == ["cancelled"] * 2
    assert sandbox.control("stats/")["posts"] == 0


def test_an_armed_attempt_ends_with_its_window(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="20016", times=100)
    publishing.publish_due(START + 14 * MINUTE + 50 * SECOND)
    assert publishing.publish_next_due(START + 14 * MINUTE + 51 * SECOND) <= START + 15 * MINUTE
    assert publishing.publish_due(START + 15 * MINUTE) == 1
    assert (fresh(order).state, attempts(order)) == ("cancelled", ["absent"])


@pytest.mark.parametrize("state", [A.SENDING, A.UNKNOWN])
def test_an_order_on_the_wire_is_not_cancelled_by_the_end_of_its_window(sandbox, state):
    (order,) = at_weibo.ready(sandbox)
    order.attempts.create(number=1, state=state, armed_at=START, sent_at=START, next_at=START + 3 * MINUTE)
    assert publishing.publish_due(START + 15 * MINUTE) == 0
    assert fresh(order).state == "accepted"
    assert publishing.publish_next_due(START + 15 * MINUTE) is None


def test_an_attempt_claimed_by_a_worker_that_died_is_taken_over(sandbox):
    (order,) = at_weibo.ready(sandbox)
    assert claim(limit=9, now=START) != []
    assert publishing.publish_due(START + 29 * SECOND) == 0
    assert publishing.publish_next_due(START + SECOND) == START + 30 * SECOND
    assert publishing.publish_due(START + 30 * SECOND) == 1
    assert attempts(order) == ["confirmed"]


def test_an_armed_attempt_of_an_order_that_is_over_is_closed(sandbox):
    (order,) = at_weibo.ready(sandbox)
    claim(limit=9, now=START)
    lifecycle.move(order_ids=[order.pk], old=[State.ACCEPTED], new=State.CANCELLED, cause=Cause.OWNER_FAULT, at=START)
    publishing.publish_due(START + MINUTE)
    assert (attempts(order), book(sandbox, order)) == (["absent"], [])


def test_a_stopped_task_is_not_posted(sandbox):
    (order,) = at_weibo.ready(sandbox)
    at_weibo.halt(order)
    assert publishing.publish_due(START) == 0
    assert book(sandbox, order) == []
    assert publishing.publish_next_due(START) == START + 15 * MINUTE


def test_a_stop_between_claim_and_sending_sends_nothing(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)
    monkeypatch.setattr(publishing.faultpoints, "hit", lambda name: at_weibo.halt(order))
    assert publishing.publish_due(START) == 0
    assert (book(sandbox, order), attempts(order)) == ([], ["armed"])


def test_a_stop_while_the_post_is_on_the_wire_exempts_it(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)

    def stop(name):
        if name == "publish.sending":
            at_weibo.halt(order)

    monkeypatch.setattr(publishing.faultpoints, "hit", stop)
    assert publishing.publish_due(START) == 1
    order = fresh(order)
    assert order.state == "published"
    assert order.exempt_from is not None
    assert Notice.objects.filter(kind="order_delete_post", user=order.owner, urgent=True).exists()


def test_past_its_deadline_nothing_is_written(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)
    monkeypatch.setattr(publishing, "SEND_WITHIN", timedelta(seconds=-1))
    assert publishing.publish_due(START) == 0
    attempt = order.attempts.get()
    assert (attempt.state, attempt.code, book(sandbox, order)) == ("armed", "deadline", [])


def test_the_deadline_never_lies_past_the_window(sandbox):
    (order,) = at_weibo.ready(sandbox)
    claim(limit=9, now=START)
    (parcel,), _moved = publishing._packed([order.attempts.get().pk], now=START)
    timed = publishing._timed(parcel, began=100.0, now=START + 15 * MINUTE - 2 * SECOND)
    assert timed.deadline == 102.0


def test_a_bug_while_sending_counts_as_unknown(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)
    monkeypatch.setattr("weitask.gateways.weibo.WeiboClient.publish", lambda *a, **k: 1 / 0)
    assert publishing.publish_due(START) == 0
    assert (attempts(order), order.attempts.get().code) == (["unknown"], "error")


def test_an_answer_by_another_author_counts_as_unknown(sandbox, monkeypatch):
    from weitask.gateways.weibo import Post

    (order,) = at_weibo.ready(sandbox)
    odd = Post(id="1", uid="999", created_at=START)
    monkeypatch.setattr("weitask.gateways.weibo.WeiboClient.publish", lambda *a, **k: odd)
    publishing.publish_due(START)
    assert (attempts(order), order.attempts.get().code) == (["unknown"], "odd_answer")


def test_a_post_id_bound_to_another_order_alarms_and_moves_nothing_else(sandbox, monkeypatch):
    first = at_weibo.posted(sandbox)
    orders = at_weibo.ready(sandbox, starts=(START, START))
    from weitask.gateways.weibo import WeiboClient

    publish = WeiboClient.publish

    def twin(self, **given):
        post = publish(self, **given)
        return (
            type(post)(id=first.weibo_id, uid=post.uid, created_at=post.created_at)
            if (given["order_number"] == orders[0].number)
            else post
        )

    monkeypatch.setattr(WeiboClient, "publish", twin)
    assert publishing.publish_due(START) == 1
    assert at_weibo.states(orders) == ["accepted", "published"]
    assert Alarm.objects.filter(kind="sweep_row", key__startswith="orders.publish:").exists()


def test_an_order_cancelled_against_all_rules_while_posted_alarms(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)

    def cancel(name):
        if name == "publish.answered":
            order.attempts.update(state=A.ABSENT)
            lifecycle.move(
                order_ids=[order.pk], old=[State.ACCEPTED], new=State.CANCELLED, cause=Cause.PLATFORM, at=START
            )

    monkeypatch.setattr(publishing.faultpoints, "hit", cancel)
    assert publishing.publish_due(START) == 0
    assert Alarm.objects.get(kind="post_astray").key.startswith(order.number)
    assert attempts(order) == ["confirmed"]


def test_a_refusal_is_written_down_before_its_dead_token_goes(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="21332")
    monkeypatch.setattr(weibo_binding, "mark_refused", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publishing.publish_due(START)
    assert (fresh(order).state, attempts(order)) == ("cancelled", ["refused"])


def test_a_try_called_off_although_it_was_posted_is_seen_before_the_next_one(sandbox):
    (order,) = at_weibo.ready(sandbox)
    fault(sandbox, "statuses/update", "error_code", error_code="20014", after=True)
    assert publishing.publish_due(START) == 0
    assert publishing.publish_due(START + MINUTE) == 1
    (post,) = book(sandbox, order)
    assert (fresh(order).state, fresh(order).weibo_id, attempts(order)) == ("published", post["id"], ["confirmed"])
