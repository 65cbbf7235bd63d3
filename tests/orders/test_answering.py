"""接单, 拒单, 流单 and stepping back (R60-R63, R67, R68, A18, A19, A25, A45)."""

import pytest

from accounts.models import MediaAccount, Slot, WeiboAccount
from orders import answering
from orders.models import Order, PublishAttempt, Verdict
from orders.moves import Cause, State
from tests.factories import MediaAccountFactory, UserFactory
from tests.moments import DAY, HOUR, MINUTE, MONDAY, SECOND
from tests.orders import world
from weitask.models import Alarm
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db
REASON = "与我们帐号的风格不太符合"


def refuse(order, *, code="style", reason=REASON, by=None, now=MONDAY):
    return answering.refuse(order=order, by=by or order.owner, code=code, reason=reason, now=now)


def code_of(refused):
    return refused.value.code


def test_an_accepted_order_takes_its_slot_and_keeps_the_owners_address():
    order = world.accepted()
    assert (order.state, order.cause, order.answered_at, order.accepted_ip) == (
        "accepted",
        "owner",
        MONDAY,
        "203.0.113.7",
    )
    assert Slot.objects.get(order_id=order.pk).period.lower == order.start_at
    assert world.frozen(order) == 11_000


def test_accepting_a_second_before_the_start_passes():
    order = world.one()
    assert world.accept(order, at=order.start_at - SECOND).state == State.ACCEPTED


def test_accepting_at_the_start_is_refused_even_when_the_sweep_is_late():
    order = world.one()
    with pytest.raises(Conflict) as refused:
        world.accept(order, at=order.start_at)
    assert code_of(refused) == "start_passed"
    order.refresh_from_db()
    assert order.state == State.DISPATCHED


def test_a_stranger_can_neither_accept_nor_refuse():
    order = world.one()
    stranger = UserFactory()
    with pytest.raises(Forbidden):
        answering.accept(order=order, by=stranger, ip=None, now=MONDAY)
    with pytest.raises(Forbidden):
        refuse(order, by=stranger)


def test_an_order_is_answered_once():
    order = world.accepted()
    with pytest.raises(Conflict, match="已接单") as refused:
        world.accept(order)
    assert code_of(refused) == "not_dispatched"


def test_a_suspended_account_cannot_accept_but_its_accepted_order_runs_on():
    order, other = world.accepted(), world.one()
    MediaAccount.objects.filter(pk__in=[order.account_id, other.account_id]).update(suspended_at=MONDAY)
    with pytest.raises(Refusal) as refused:
        world.accept(other)
    order.refresh_from_db()
    assert (code_of(refused), order.state) == ("suspended", State.ACCEPTED)


@pytest.mark.parametrize(
    "token",
    [
        {"token_state": "revoked"},
        {"token_state": "expired"},
        {"token_expires_at": world.START},
    ],
)
def test_an_authorisation_that_does_not_outlive_the_start_is_refused(token):
    order = world.one()
    WeiboAccount.objects.filter(pk=order.account.weibo_id).update(**token)
    with pytest.raises(Refusal) as refused:
        world.accept(order)
    assert code_of(refused) == "reauthorise"
    assert refused.value.problems[0].link


@pytest.mark.parametrize("expires", [None, world.START + SECOND])
def test_an_authorisation_that_outlives_the_start_passes(expires):
    order = world.one()
    WeiboAccount.objects.filter(pk=order.account.weibo_id).update(token_expires_at=expires)
    assert world.accept(order).state == State.ACCEPTED


def test_accepting_gives_up_what_overlaps_with_its_money_back_and_no_penalty():
    account = MediaAccountFactory()
    kept = world.one(accounts=[account])
    clash = world.one(accounts=[account], starts=[world.START + 14 * MINUTE])
    assert list(answering.clashing(order=kept, now=MONDAY)) == [clash]
    world.accept(kept)
    clash.refresh_from_db()
    assert (clash.state, clash.cause, clash.refusal_code) == ("refused", "slot_clash", "slot_clash")
    assert (world.frozen(clash), world.available(clash)) == (0, 11_000)


@pytest.mark.parametrize("start", [world.START + 15 * MINUTE, world.START - 15 * MINUTE])
def test_an_order_15_minutes_away_stays(start):
    account = MediaAccountFactory()
    kept, neighbour = world.one(accounts=[account]), world.one(accounts=[account], starts=[start])
    world.accept(kept)
    assert world.accept(neighbour).state == State.ACCEPTED


def test_an_overlapping_order_whose_start_has_come_is_left_to_lapse():
    account = MediaAccountFactory()
    over = world.one(accounts=[account], starts=[world.START - MINUTE])
    kept = world.one(accounts=[account])
    world.accept(kept, at=world.START - 30 * SECOND)
    over.refresh_from_db()
    assert over.state == State.DISPATCHED


def test_a_slot_taken_by_an_accepted_order_is_refused_clearly():
    account = MediaAccountFactory()
    world.accept(world.one(accounts=[account]))
    late = world.one(accounts=[account], starts=[world.START + 14 * MINUTE])
    with pytest.raises(Conflict, match="15 分钟") as refused:
        world.accept(late)
    late.refresh_from_db()
    assert (code_of(refused), late.state) == ("slot_taken", State.DISPATCHED)


@pytest.mark.parametrize(
    "start",
    [MONDAY.replace(hour=23, minute=55), MONDAY.replace(month=1, day=31, hour=23, minute=55)],
)
def test_slots_reach_across_midnight_and_the_end_of_a_month(start):
    account = MediaAccountFactory()
    now = start - 2 * HOUR
    world.accept(world.one(accounts=[account], starts=[start], now=now), at=now)
    with pytest.raises(Conflict):
        world.accept(world.one(accounts=[account], starts=[start + 14 * MINUTE], now=now), at=now)
    assert world.accept(world.one(accounts=[account], starts=[start + 15 * MINUTE], now=now), at=now)


def test_a_refusal_gives_the_money_back_and_keeps_the_reason():  # R62, R123
    order = refuse(world.one())
    assert (order.state, order.cause, order.refusal_code, order.refusal_reason) == ("refused", "owner", "style", REASON)
    assert (world.frozen(order), world.available(order)) == (0, 11_000)


@pytest.mark.parametrize(
    ("code", "reason", "problem"),
    [
        ("boring", REASON, "reason_code"),
        ("slot_clash", REASON, "reason_code"),
        ("style", "", "reason_short"),
        ("style", "九个字九个字九个字", "reason_short"),
        ("style", "  太 短  了   吧  吧 吧  ", "reason_short"),
        ("style", "长" * 301, "reason_long"),
    ],
)
def test_a_refusal_needs_a_code_and_a_detailed_reason(code, reason, problem):  # R62, R123
    order = world.one()
    with pytest.raises(Refusal) as refused:
        refuse(order, code=code, reason=reason)
    order.refresh_from_db()
    assert (code_of(refused), order.state) == (problem, State.DISPATCHED)


def test_a_reason_of_ten_characters_is_enough():
    assert refuse(world.one(), reason="一二三四五六七八九十").state == State.REFUSED


def test_refusing_at_the_start_is_too_late():
    order = world.one()
    with pytest.raises(Conflict) as refused:
        refuse(order, now=order.start_at)
    assert code_of(refused) == "start_passed"


def test_unanswered_orders_lapse_at_their_start_and_cost_nothing():
    early, late = world.dispatched(starts=[world.START, world.START + HOUR])
    assert answering.next_expiry(MONDAY) == world.START
    assert answering.expire_due(world.START - SECOND) == 0
    assert answering.expire_due(world.START) == 1
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.state, early.cause, late.state) == ("lapsed", "start_reached", "dispatched")
    assert (world.frozen(early), world.available(early)) == (11_000, 11_000)
    assert answering.next_expiry(MONDAY) == world.START + HOUR


def test_an_accepted_order_does_not_lapse():
    order = world.accepted()
    assert answering.expire_due(order.start_at + DAY) == 0
    assert answering.next_expiry(MONDAY) is None


def test_a_row_that_cannot_lapse_does_not_stall_the_others(monkeypatch):
    orders = world.dispatched(starts=[world.START] * 5)
    real = answering.lifecycle.move

    def poisoned(*, order_ids, **rest):
        if orders[2].pk in order_ids:
            raise RuntimeError("poison")
        return real(order_ids=order_ids, **rest)

    monkeypatch.setattr(answering.lifecycle, "move", poisoned)
    assert answering.expire_due(world.START) == 4
    assert Order.objects.filter(state="lapsed").count() == 4
    assert Alarm.objects.get().key == f"orders.expire:{orders[2].pk}"


def test_an_operator_lets_an_owner_step_back_at_the_owners_cause():
    order, operator = world.accepted(), world.judge()
    answering.step_back(order=order, operator=operator, reason="帐号主来电请求", now=MONDAY)
    assert (order.state, order.cause) == ("cancelled", "owner_fault")
    assert Verdict.objects.get(order=order).reason == "帐号主来电请求"
    assert not Slot.objects.filter(order_id=order.pk).exists()
    assert world.available(order) == 11_000


def test_stepping_back_needs_a_reason_and_somebody_without_a_part_in_it():
    order = world.accepted()
    owner = order.owner
    owner.is_staff = owner.is_superuser = True
    owner.save()
    for operator, reason, problem in [
        (world.judge(), " ", "reason_missing"),
        (owner, "理由", "own_business"),
        (UserFactory(), "理由", "not_allowed"),
    ]:
        with pytest.raises(Refusal) as refused:
            answering.step_back(order=order, operator=operator, reason=reason, now=MONDAY)
        assert code_of(refused) == problem


def test_nobody_steps_back_while_the_post_may_be_on_the_wire():
    order = world.accepted()
    PublishAttempt.objects.create(order=order, number=1, state="sending", armed_at=MONDAY)
    with pytest.raises(Conflict):
        answering.step_back(order=order, operator=world.judge(), reason="理由", now=MONDAY)
    order.refresh_from_db()
    assert (order.state, order.cause) == (State.ACCEPTED, Cause.OWNER)


def clashes(*orders, now=MONDAY):
    return {pk: str(words)[:3] for pk, words in answering.clashes(orders=orders, now=now).items()}


def test_open_orders_less_than_15_minutes_apart_are_told_as_rivals():
    account = MediaAccountFactory()
    starts = [world.START, world.START + 14 * MINUTE, world.START + 29 * MINUTE]
    first, second, third = world.dispatched(accounts=[account] * 3, starts=starts)
    elsewhere = world.one()
    assert clashes(first, second, third, elsewhere) == {first.pk: "同一时", second.pk: "同一时"}
    assert clashes(third, now=third.start_at) == {}


def test_an_open_order_whose_time_is_taken_says_so():
    account = MediaAccountFactory()
    first, second = world.dispatched(accounts=[account] * 2, starts=[world.START, world.START + 20 * MINUTE])
    world.accept(first)
    late = world.one(accounts=[account], starts=[world.START + 10 * MINUTE])
    assert clashes(second, late)[late.pk] == "该时段"


def test_a_rival_whose_start_has_come_stands_in_nobodys_way():
    account = MediaAccountFactory()
    first, second = world.dispatched(accounts=[account] * 2, starts=[world.START, world.START + 10 * MINUTE])
    assert clashes(second, now=first.start_at) == {}
