"""What a person decides, and who may (A6, A7, A40, A48)."""

import pytest

from accounts.models import Notice
from orders import deciding, refusals
from orders.deciding import FoundPost
from orders.models import Order, PublishAttempt, Verdict
from tasks.models import Task
from tests.factories import UserFactory
from tests.moments import DAY, HOUR, MINUTE, SECOND
from tests.orders import world
from tests.orders.test_answering import refuse
from weitask.refusal import Conflict, Forbidden, Refusal

pytestmark = pytest.mark.django_db
LATE = world.START + 2 * DAY


def undecided(order, why="straddle"):
    Order.objects.filter(pk=order.pk).update(undecided=why)
    order.refresh_from_db()
    return order


def decide(order, outcome, *, by=None, reason="看过证据", now=LATE, **more):
    return deciding.decide(order=order, by=by or world.judge(), outcome=outcome, reason=reason, now=now, **more)


def lost_post():
    order = undecided(world.accepted(), "post_unknown")
    PublishAttempt.objects.create(order=order, number=1, state="unknown", armed_at=world.START)
    return order


def test_a_post_found_by_a_person_is_published():
    order = decide(lost_post(), "posted", post=FoundPost("5100000000000001", world.START + SECOND))
    assert (order.state, order.cause, order.weibo_id) == ("published", "verdict", "5100000000000001")
    assert (order.posted_at, order.undecided, order.next_check_at) == (world.START + SECOND, "", LATE)
    assert PublishAttempt.objects.get().state == "confirmed"


def test_a_post_found_for_a_stopped_task_is_exempt():
    order = lost_post()
    Task.objects.filter(pk=order.task_id).update(state="halted")
    order = decide(order, "posted", post=FoundPost("5100000000000001", world.START))
    assert order.exempt_from == LATE


def test_without_a_post_the_order_is_cancelled_uncharged():
    order = decide(lost_post(), "not_posted")
    assert (order.state, order.undecided) == ("cancelled", "")
    assert PublishAttempt.objects.get().state == "absent"
    assert world.available(order) == 11_000


def test_kept_earns():
    order = decide(undecided(world.published()), "kept")
    assert (order.state, order.cause, order.achieved_at) == ("achieved", "verdict", order.posted_at + DAY)
    assert world.payable(order) == 10_000
    assert Notice.objects.filter(kind="order_achieved", user=order.owner).exists()


def test_kept_cannot_be_said_before_24_hours():
    order = undecided(world.published())
    with pytest.raises(Conflict):
        decide(order, "kept", now=order.posted_at + DAY - SECOND)
    assert not Verdict.objects.exists()


def test_deleted_fails_uncharged():
    order = decide(undecided(world.published()), "deleted")
    assert (order.state, order.cause) == ("failed", "verdict")
    assert world.available(order) == 11_000


@pytest.mark.parametrize("make", [world.published, world.achieved])
def test_going_on_watches_again(make):
    order = decide(undecided(make(), "edited"), "goes_on")
    assert (order.undecided, order.next_check_at, order.first_missing_at) == ("", LATE, None)


def test_deleted_after_24_hours_is_marked():
    order = decide(undecided(world.achieved()), "deleted_early")
    assert (order.state, order.deleted_early, order.undecided) == ("achieved", True, "")


def test_a_verdict_is_recorded_with_who_when_and_why():
    judge = world.judge()
    order = decide(undecided(world.published()), "kept", by=judge)
    verdict = Verdict.objects.get(order=order)
    assert (verdict.by, verdict.at, verdict.outcome, verdict.reason) == (judge, LATE, "kept", "看过证据")


@pytest.mark.parametrize(
    ("outcome", "reason", "problem"), [("kept", "  ", "reason_missing"), ("posted", "理由", "outcome")]
)
def test_a_verdict_that_does_not_fit_is_refused(outcome, reason, problem):
    order = undecided(world.published())
    with pytest.raises(Refusal) as refused:
        decide(order, outcome, reason=reason)
    assert refused.value.code == problem


def test_a_post_must_be_named_and_belong_to_no_other_order():
    order, other = lost_post(), world.published()
    for post, problem in ((None, "post_missing"), (FoundPost(other.weibo_id, world.START), "post_bound")):
        with pytest.raises(Refusal) as refused:
            decide(order, "posted", post=post)
        assert refused.value.code == problem
    assert PublishAttempt.objects.get().state == "unknown"


@pytest.mark.parametrize("posted_at", [world.START - 2 * MINUTE, LATE + SECOND])
def test_a_post_cannot_be_older_than_its_start_or_lie_in_the_future(posted_at):
    with pytest.raises(Refusal) as refused:
        decide(lost_post(), "posted", post=FoundPost("5100000000000001", posted_at))
    assert refused.value.code == "post_time"
    assert PublishAttempt.objects.get().state == "unknown"


def test_an_order_with_nothing_open_is_not_decided():
    with pytest.raises(Conflict):
        decide(world.published(), "kept")


def test_nobody_decides_on_their_own_order():
    order = undecided(world.published())
    for user in (order.owner, order.advertiser.user):
        user.is_staff = user.is_superuser = True
        user.save()
        with pytest.raises(Forbidden):
            decide(order, "kept", by=user)
        assert order not in deciding.queue(by=user)
    assert list(deciding.queue(by=world.judge())) == [order]


def test_nobody_decides_without_the_right_to():
    with pytest.raises(Forbidden):
        decide(undecided(world.published()), "kept", by=UserFactory(is_staff=True))


def test_a_refusals_ground_is_judged_anew():
    order = refuse(world.one(), code="style")
    deciding.reclass(order=order, by=world.judge(), code="none", reason="多次无故拒单", now=world.START)
    assert order.refusal_code == "none"
    assert Verdict.objects.get(order=order).outcome == "ground:none"


@pytest.mark.parametrize(
    ("code", "reason", "problem"), [("none", "", "reason_missing"), ("slot_clash", "理由", "reason_code")]
)
def test_judging_anew_needs_a_reason_and_a_ground(code, reason, problem):
    order = refuse(world.one())
    with pytest.raises(Refusal) as refused:
        deciding.reclass(order=order, by=world.judge(), code=code, reason=reason, now=world.START)
    assert refused.value.code == problem


def test_only_an_owners_refusal_is_judged_anew():
    with pytest.raises(Conflict):
        deciding.reclass(order=world.one(), by=world.judge(), code="none", reason="理由", now=world.START + HOUR)


def test_whatever_was_decided_is_named_on_the_desk():
    codes = {one.code for one in deciding.OUTCOMES} | {f"ground:{one.code}" for one in refusals.GROUNDS} | {"step_back"}
    assert set(deciding.CODES) == codes
    words = {deciding.outcome_in_words(Verdict(outcome=code)) for code in codes}
    assert {"保留超过 24 小时，订单达成", "拒单归为：对价格不满意", "同意帐号主退出"} < words
    assert len(words) == len(codes)
