"""评级申诉 (A40, A42, A48): what an accepted appeal does to a rating, and what a rejected one does not."""

import pytest
from django.db import DatabaseError, transaction

from accounts import access, rating
from accounts.models import MediaAccount, Notice
from orders import answering, appeals, lifecycle, ratings
from orders.models import Order, RatingAppeal
from orders.moves import Cause, State
from tests.accounts.people import in_group
from tests.factories import MediaAccountFactory
from tests.moments import DAY, HOUR, MINUTE
from tests.orders import world
from tests.orders.test_answering import refuse
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db
NOW = world.START + DAY
WHY = "当天微博服务故障，页面打不开"


@pytest.fixture
def desk():
    return in_group(access.ACCOUNT_REVIEW)


def lapsed(account=None):
    """An order that nobody answered, its account rated."""
    order = world.one(accounts=[account or MediaAccountFactory()])
    answering.expire_due(NOW)
    ratings.refresh(account_ids=[order.account_id], now=NOW)
    order.refresh_from_db()
    return order


def appeal(order, **changes):
    return appeals.appeal(**{"order": order, "by": order.owner, "reason": WHY, "now": NOW} | changes)


def decide(row, by, *, accepted=True, reason="核实属实", now=NOW + HOUR):
    return appeals.decide(appeal=row, by=by, accepted=accepted, reason=reason, now=now)


def rating_of(order):
    return MediaAccount.objects.get(pk=order.account_id).rating


def test_an_accepted_appeal_about_a_lapse_rates_the_account_as_if_it_had_never_been(desk):
    order = lapsed()
    before = rating_of(order)
    decide(appeal(order), desk)
    fresh = rating.rate(facts=rating.Facts(order.account_id), followers=order.account.followers)
    assert before < rating_of(order) == fresh.score
    assert MediaAccount.objects.get(pk=order.account_id).lapse_rate_bp is None


def test_the_next_daily_run_agrees_with_an_accepted_appeal(desk):
    order = lapsed()
    decide(appeal(order), desk)
    better = rating_of(order)
    ratings.refresh_due(NOW + DAY)
    assert rating_of(order) == better


def spoilt(kind):
    """An accepted order whose owner let the advertiser down."""
    order = world.accepted() if kind == "not_posted" else world.published()
    old = State(order.state)
    if kind == "deleted_early":
        lifecycle.mark_deleted_early(order_ids=[world.achieve(order).pk], at=NOW)
        return order
    new, cause = (State.FAILED, Cause.DELETED) if kind == "failed" else (State.CANCELLED, Cause.OWNER_FAULT)
    lifecycle.move(order_ids=[order.pk], old=[old], new=new, cause=cause, at=NOW)
    return order


@pytest.mark.parametrize(("kind", "published"), [("not_posted", 0), ("failed", 0), ("deleted_early", 1)])
def test_an_accepted_appeal_takes_away_the_fault_and_leaves_what_went_well(desk, kind, published):
    order = spoilt(kind)
    ratings.refresh(account_ids=[order.account_id], now=NOW)
    before = rating_of(order)
    decide(appeal(order), desk)
    [facts] = ratings.facts(account_ids=[order.account_id], now=NOW)
    assert (facts.accepted, facts.published, facts.failed, facts.deleted_early) == (1, published, 0, 0)
    assert rating_of(order) > before


def test_an_unfair_refusal_that_is_spared_costs_neither_fairness_nor_acceptance(desk):
    order = refuse(world.one(), code="none")
    decide(appeal(order), desk)
    [facts] = ratings.facts(account_ids=[order.account_id], now=NOW)
    assert (facts.dispatched, facts.refused_unfair, facts.answer_minutes) == (0, 0, 0)


def test_only_the_order_of_the_appeal_is_left_out(desk):
    account = MediaAccountFactory()
    first, _second = world.dispatched(accounts=[account] * 2, starts=[world.START, world.START + HOUR])
    answering.expire_due(NOW)
    decide(appeal(first), desk)
    [facts] = ratings.facts(account_ids=[account.pk], now=NOW + HOUR)
    assert (facts.dispatched, facts.lapsed) == (1, 1)


def test_a_rejected_appeal_leaves_the_rating_and_may_be_tried_again(desk):
    order = lapsed()
    before = rating_of(order)
    decide(appeal(order), desk, accepted=False)
    assert rating_of(order) == before
    assert appeal(order, now=NOW + DAY).accepted is None


def test_who_when_what_and_why_are_kept_and_never_change(desk):
    row = decide(appeal(lapsed()), desk, accepted=False, reason=" 记录显示曾三次提醒 ")
    kept = RatingAppeal.objects.values_list("decided_by", "decided_at", "accepted", "answer").get()
    assert kept == (desk.pk, NOW + HOUR, False, "记录显示曾三次提醒")
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        RatingAppeal.objects.filter(pk=row.pk).update(accepted=True)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        row.delete()


@pytest.mark.parametrize(("accepted", "title"), [(True, "评级申诉成立"), (False, "评级申诉未成立")])
def test_the_owner_is_told_either_way_with_the_reason(desk, accepted, title):
    row = decide(appeal(lapsed()), desk, accepted=accepted)
    told = Notice.objects.get(kind="order_appeal")
    assert (told.user, told.title) == (row.by, title)
    assert "核实属实" in told.body


def test_one_open_appeal_per_order():
    order = lapsed()
    row = appeal(order)
    with pytest.raises(Conflict, match="正在处理"):
        appeal(order)
    with pytest.raises(DatabaseError, match="appeal_one_open"), transaction.atomic():
        RatingAppeal.objects.create(order=order, account=order.account, by=row.by, reason=WHY, at=NOW)


@pytest.mark.parametrize("code", ["style", "time"])
def test_what_costs_nothing_needs_no_appeal(code):
    order = refuse(world.one(), code=code)
    with pytest.raises(Refusal, match="没有影响现在的评级"):
        appeal(order)


def test_what_was_accepted_once_costs_nothing_any_more(desk):
    order = lapsed()
    decide(appeal(order), desk)
    with pytest.raises(Refusal, match="没有影响现在的评级"):
        appeal(order, now=NOW + DAY)


@pytest.mark.parametrize(("age", "open_to"), [(30 * DAY - MINUTE, True), (30 * DAY, False)])
def test_an_order_older_than_the_window_costs_nothing(age, open_to):
    order = lapsed()
    assert Order.objects.costing_rating(order.start_at + age - 30 * DAY).exists() is open_to


@pytest.mark.parametrize(("words", "said"), [("不服 不服 不服 不服", "至少 10 个字"), ("理" * 301, "最多 300 个字")])
def test_an_appeal_says_why_in_ten_to_three_hundred_characters(words, said):
    with pytest.raises(Refusal, match=said):
        appeal(lapsed(), reason=words)


def test_a_stranger_appeals_about_nobodys_order():
    with pytest.raises(Forbidden):
        appeal(lapsed(), by=MediaAccountFactory().owner)


@pytest.mark.parametrize(("words", "said"), [(" ", "请填写理由"), ("理" * 301, "最多 300 个字")])
def test_a_decision_needs_a_reason_of_the_right_length(desk, words, said):
    with pytest.raises(Refusal, match=said):
        decide(appeal(lapsed()), desk, reason=words)


def test_the_second_decision_comes_too_late(desk):
    row = decide(appeal(lapsed()), desk, accepted=False)
    with pytest.raises(Conflict, match="已经处理"):
        decide(row, in_group(access.ACCOUNT_REVIEW))


@pytest.mark.parametrize("group", [access.TASK_REVIEW, access.FINANCE])
def test_other_groups_decide_no_appeal(group):
    with pytest.raises(Forbidden):
        decide(appeal(lapsed()), in_group(group))


def test_nobody_decides_about_an_order_of_their_own(desk):
    own = lapsed(MediaAccountFactory(weibo__user=desk))
    paid = lapsed()
    paid.advertiser.user = desk
    paid.advertiser.save()
    for order in (own, paid):
        with pytest.raises(Forbidden):
            decide(appeal(order), desk)
    assert not appeals.queue(by=desk).exists()
