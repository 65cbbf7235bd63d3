"""Posts read back at the sandbox, and what becomes of their orders (R82-R84, R86, R87, F52-F57)."""

from datetime import timedelta

import pytest

from accounts.models import Notice, WeiboAccount
from orders import publishing, reading, retention
from orders.models import Order, OrderEvent, Reading
from tests.moments import DAY, HOUR, MINUTE, SECOND
from tests.orders import at_weibo, world
from tests.orders.at_weibo import START, fault, fresh
from weitask.models import Alarm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]
MARK = START + DAY
END = START + 30 * DAY


def watch(until, *, since=START):
    """Step through every reading due up to and with `until`."""
    now = since
    while (due := retention.check_next_due(now)) is not None and due <= until:
        now = max(now, due)
        retention.check_due(now)


def delete(sandbox, order, at, *, by="owner"):
    sandbox.control("tick/", {"now": at.isoformat()})
    sandbox.control(f"weibo/posts/{order.weibo_id}/delete/", {"by": by})


def outcomes(order) -> list[str]:
    return list(order.readings.values_list("outcome", flat=True))


def test_a_post_that_stays_is_achieved_at_24_hours_and_completed_at_30_days(sandbox):  # R83, R84
    order = at_weibo.posted(sandbox)
    watch(MARK)
    kept = fresh(order)
    assert (kept.state, kept.achieved_at, world.payable(kept)) == ("achieved", MARK, 10_000)
    watch(END, since=MARK)
    kept = fresh(order)
    assert (kept.state, kept.completed_at, kept.next_check_at) == ("completed", END, None)
    assert len(outcomes(order)) == len(retention.SCHEDULE)


def test_readings_carry_the_counts(sandbox):
    order = at_weibo.posted(sandbox)
    sandbox.control(f"weibo/posts/{order.weibo_id}/counts/", {"reposts": 12, "comments": 3, "likes": 40})
    retention.check_due(START)
    order = fresh(order)
    assert (order.reposts, order.comments, order.likes, order.counted_at) == (12, 3, 40, START)
    assert order.readings.get().reposts == 12


def test_deleted_at_23_59_and_seen_missing_before_the_mark_is_failed(sandbox):
    order = at_weibo.posted(sandbox)
    watch(MARK - 5 * MINUTE)
    delete(sandbox, order, MARK - 90 * SECOND)
    watch(MARK + 10 * MINUTE, since=MARK - 5 * MINUTE)
    order = fresh(order)
    assert (order.state, order.cause) == ("failed", "deleted")
    assert (world.frozen(order), world.available(order)) == (0, 11_000)
    assert Notice.objects.filter(kind="order_failed", user=order.owner).exists()


def test_seen_at_24_hours_and_deleted_a_minute_later_is_paid_but_never_completed(sandbox):
    order = at_weibo.posted(sandbox)
    watch(MARK)
    delete(sandbox, order, MARK + MINUTE)
    watch(END, since=MARK)
    order = fresh(order)
    assert (order.state, order.deleted_early, world.payable(order)) == ("achieved", True, 10_000)
    assert order.next_check_at is None
    assert OrderEvent.objects.filter(order=order, old="achieved", new="achieved", cause="deleted").exists()


def test_an_outage_over_the_mark_with_the_post_alive_after_it_is_achieved_as_of_24_hours(sandbox):
    order = at_weibo.posted(sandbox)
    watch(MARK - 5 * MINUTE)
    fault(sandbox, "statuses/show_batch", "http_500", times=1000)
    watch(MARK + 20 * MINUTE, since=MARK - 5 * MINUTE)
    assert fresh(order).state == "published"
    at_weibo.calm(sandbox)
    watch(MARK + 22 * MINUTE, since=MARK + 20 * MINUTE)
    assert (fresh(order).state, fresh(order).achieved_at) == ("achieved", MARK)


@pytest.mark.parametrize(("outage", "state"), [(20, "achieved"), (40, "published")])
def test_an_outage_over_the_mark_with_the_post_gone_after_it(sandbox, outage, state):
    order = at_weibo.posted(sandbox)
    watch(MARK - 5 * MINUTE)
    fault(sandbox, "statuses/show_batch", "http_500", times=1000)
    watch(MARK + outage * MINUTE, since=MARK - 5 * MINUTE)
    delete(sandbox, order, MARK + MINUTE)
    at_weibo.calm(sandbox)
    watch(MARK + (outage + 10) * MINUTE, since=MARK + outage * MINUTE)
    order = fresh(order)
    assert (order.state, order.deleted_early) == (state, state == "achieved")
    assert (order.undecided == "straddle") is (state == "published")


def test_what_a_person_must_decide_keeps_its_money_and_raises_an_alarm(sandbox):
    order = at_weibo.posted(sandbox)
    Order.objects.filter(pk=order.pk).update(last_seen_at=MARK - HOUR, first_missing_at=MARK, next_check_at=MARK)
    delete(sandbox, order, MARK)
    retention.check_due(MARK + 5 * MINUTE)
    order = fresh(order)
    assert (order.undecided, order.next_check_at, world.frozen(order)) == ("straddle", None, 11_000)
    assert Alarm.objects.get(kind="order_undecided").key == order.number


def test_blindness_an_hour_past_the_mark_raises_one_alarm(sandbox):
    order = at_weibo.posted(sandbox)
    Order.objects.filter(pk=order.pk).update(next_check_at=MARK)
    fault(sandbox, "statuses/show_batch", "http_500", times=5)
    retention.check_due(MARK + 59 * MINUTE)
    assert not Alarm.objects.filter(kind="readings_blind").exists()
    retention.check_due(MARK + 61 * MINUTE)
    assert Alarm.objects.filter(kind="readings_blind").count() == 1


def test_a_hidden_post_counts_as_deleted(sandbox):
    order = at_weibo.posted(sandbox)
    sandbox.control(f"weibo/posts/{order.weibo_id}/hide/")
    watch(START + HOUR)
    assert (fresh(order).state, outcomes(order)) == ("failed", ["hidden", "hidden"])


def test_a_post_removed_by_weibo_is_paid_at_24_hours(sandbox):
    order = at_weibo.posted(sandbox)
    delete(sandbox, order, START + MINUTE, by="platform")
    watch(MARK)
    assert (fresh(order).state, fresh(order).cause) == ("achieved", "exempt")
    assert outcomes(order) == ["blocked", "blocked"]
    assert Notice.objects.filter(kind="order_removed", user=order.owner).count() == 1


def test_an_edited_post_waits_for_a_person(sandbox, monkeypatch):
    order = at_weibo.posted(sandbox)
    retention.check_due(START)
    Reading.objects.create(order=order, outcome="seen", asked_at=START, answered_at=START, text_hash="0" * 64)
    watch(MARK)
    order = fresh(order)
    assert (order.state, order.undecided) == ("published", "edited")
    assert outcomes(order).count("edited") == 1  # flagged once, not at each reading of the same new words


def test_stopped_after_posting_and_deleted_at_2_hours_is_paid(sandbox):
    order = at_weibo.posted(sandbox)
    Order.objects.filter(pk=order.pk).update(exempt_from=START + HOUR)
    delete(sandbox, order, START + 2 * HOUR)
    watch(END)
    order = fresh(order)
    assert (order.state, order.deleted_early, world.payable(order)) == ("completed", False, 10_000)
    assert set(order.events.filter(new__in=["achieved", "completed"]).values_list("cause", flat=True)) == {"exempt"}


def test_a_stop_does_not_save_what_was_seen_missing_before(sandbox):
    order = at_weibo.posted(sandbox)
    delete(sandbox, order, START)
    retention.check_due(START)
    Order.objects.filter(pk=order.pk).update(exempt_from=START + MINUTE)
    watch(START + HOUR)
    assert fresh(order).state == "failed"


def test_a_late_sweep_moves_an_exempt_order_through_both_marks(sandbox):
    order = at_weibo.posted(sandbox)
    Order.objects.filter(pk=order.pk).update(exempt_from=START)
    retention.check_due(END + DAY)
    assert (fresh(order).state, fresh(order).completed_at) == ("completed", END)


def test_a_repost_stands_though_its_source_is_gone(sandbox):
    source = at_weibo.source_at(sandbox)
    (order,) = at_weibo.ready(sandbox, source_id=source)
    publishing.publish_due(START)
    sandbox.control(f"weibo/posts/{source}/delete/")
    watch(MARK)
    assert (fresh(order).state, fresh(order).source_deleted) == ("achieved", True)


def test_a_batch_is_fifty_posts_a_call(sandbox, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 2)
    at_weibo.ready(sandbox, starts=(START,) * 5)
    publishing.publish_due(START)
    assert retention.check_due(START) == 5
    assert len(sandbox.control("requests/?target=statuses/show_batch/biz")) == 3


def test_a_long_look_leaves_the_rest_to_the_next_one(sandbox, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 1)
    monkeypatch.setattr(retention, "LOOK_FOR", -1.0)
    at_weibo.ready(sandbox, starts=(START,) * 2)
    publishing.publish_due(START)
    assert retention.check_due(START) == 1


def test_missing_without_a_living_control_asks_the_accounts_own_token(sandbox):
    order = at_weibo.posted(sandbox)
    delete(sandbox, order, START)
    retention.check_due(START)
    assert (order.readings.get().outcome, order.readings.get().code) == ("missing", "20101")


def test_a_living_post_of_another_order_is_control_enough(sandbox):
    living, gone = at_weibo.ready(sandbox, starts=(START, START))
    publishing.publish_due(START)
    retention.check_due(START)
    delete(sandbox, fresh(gone), START)
    Order.objects.filter(pk=living.pk).update(next_check_at=START + 2 * HOUR)
    retention.check_due(START + HOUR)
    assert (gone.readings.last().outcome, gone.readings.last().code) == ("missing", "")


@pytest.mark.parametrize(
    ("show", "code"), [("error_code", "10023"), ("fine", "contradiction"), ("private", "20112"), ("none", "no_control")]
)
def test_missing_without_a_second_witness_is_unknown(sandbox, monkeypatch, show, code):
    order = at_weibo.posted(sandbox)
    monkeypatch.setattr("weitask.gateways.weibo.WeiboClient.read_posts", lambda *a, **k: {})
    if show == "error_code":
        fault(sandbox, "statuses/show", "error_code", error_code="10023")
    if show == "private":
        fault(sandbox, "statuses/show", "error_code", error_code="20112")
    if show == "none":
        WeiboAccount.objects.filter(pk=order.account.weibo_id).update(token_state="revoked")
    retention.check_due(START)
    seen = order.readings.get()
    assert (seen.outcome, seen.code, fresh(order).first_missing_at) == ("unknown", code, None)


def test_a_control_that_cannot_be_read_is_no_control(sandbox):
    order = at_weibo.posted(sandbox)
    delete(sandbox, order, START)
    fault(sandbox, "statuses/show_batch", "http_500", times=1)
    retention.check_due(START)
    assert outcomes(order) == ["unknown"]


def test_a_broken_control_read_falls_back_to_the_witness(sandbox, monkeypatch):
    from weitask.gateways.errors import TemporaryError
    from weitask.gateways.weibo import WeiboClient

    order = at_weibo.posted(sandbox)
    delete(sandbox, order, START)
    calls = iter([{}, None])

    def read(self, *, ids):
        answer = next(calls)
        if answer is None:
            raise TemporaryError(code="timeout")
        return answer

    monkeypatch.setattr(WeiboClient, "read_posts", read)
    retention.check_due(START)
    assert outcomes(order) == ["missing"]


def test_a_post_of_another_author_proves_nothing(sandbox):
    order = at_weibo.posted(sandbox)
    other = at_weibo.source_at(sandbox)
    Order.objects.filter(pk=order.pk).update(weibo_id=other)
    retention.check_due(START)
    assert order.readings.get().code == "other_author"


def test_while_the_breaker_is_open_no_reading_is_claimed(sandbox, monkeypatch):
    from weitask.gateways.errors import TemporaryError

    def refuse(*args, **kwargs):
        raise TemporaryError(code="breaker")

    order = at_weibo.posted(sandbox)
    monkeypatch.setattr("weitask.gateways.weibo.WeiboClient.read_posts", refuse)
    retention.check_due(START)
    assert (outcomes(order), fresh(order).next_check_at) == ([], START + 5 * MINUTE)


def test_an_unsealable_token_does_not_stop_a_reading(sandbox):
    order = at_weibo.posted(sandbox)
    WeiboAccount.objects.filter(pk=order.account.weibo_id).update(token="v1.k9.AAAA")
    assert retention.check_due(START) == 1
    assert outcomes(order) == ["seen"]


def test_a_row_that_cannot_be_written_is_set_aside(sandbox, monkeypatch):
    orders = at_weibo.ready(sandbox, starts=(START, START))
    publishing.publish_due(START)
    row = retention._row

    def fail(order_id, seen):
        return 1 / 0 if order_id == orders[0].pk else row(order_id, seen)

    monkeypatch.setattr(retention, "_row", fail)
    assert retention.check_due(START) == 1
    assert fresh(orders[0]).next_check_at == START + 10 * MINUTE
    assert Alarm.objects.get(kind="sweep_row").key == f"orders.readings:{orders[0].pk}"


def test_a_verdict_is_given_on_the_row_as_it_stands(sandbox, monkeypatch):
    order = at_weibo.posted(sandbox)
    delete(sandbox, order, START)
    Order.objects.filter(pk=order.pk).update(first_missing_at=START, next_check_at=START + 5 * MINUTE)

    def stopped_meanwhile(name):
        Order.objects.filter(pk=order.pk).update(exempt_from=START)

    monkeypatch.setattr(retention.faultpoints, "hit", stopped_meanwhile)
    retention.check_due(START + 5 * MINUTE)
    assert (fresh(order).state, fresh(order).next_check_at) == ("published", MARK)


def test_an_order_that_ended_meanwhile_is_left_alone(sandbox, monkeypatch):
    order = at_weibo.posted(sandbox)
    monkeypatch.setattr(
        retention.faultpoints, "hit", lambda name: Order.objects.filter(pk=order.pk).update(next_check_at=None)
    )
    assert retention.check_due(START) == 0
    assert outcomes(order) == []


def test_nothing_is_due_without_posts(pinned):
    assert retention.check_next_due(START) is None
    assert retention.check_due(START + timedelta(days=1)) == 0
