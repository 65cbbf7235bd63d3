"""What happens while timelines are being read back, and what is no time to read them (R81, architecture 5)."""

from datetime import timedelta

import pytest

from accounts import weibo_binding
from accounts.models import WeiboAccount
from orders import reconciling
from orders.models import PublishAttempt
from tests.accounts import weibo_side
from tests.moments import MINUTE, SECOND
from tests.orders import at_weibo
from tests.orders.at_weibo import fault
from tests.orders.test_reconciling import LOOK, attempts, lost
from weitask import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]
A = PublishAttempt.State


def while_reading(monkeypatch, act):
    """`act` once the timelines were read and before anything is written down."""
    monkeypatch.setattr(reconciling.faultpoints, "hit", lambda name: act() if name == "reconcile.answered" else None)


def test_a_token_renewed_while_the_timeline_was_read_is_not_marked_lost(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    fault(sandbox, "statuses/user_timeline", "error_code", error_code="21332")
    uid = order.account.weibo.uid
    token, profile = weibo_side.token(uid, value="2.00new"), weibo_side.profile(uid)
    while_reading(monkeypatch, lambda: weibo_binding.bind(user=order.owner, token=token, profile=profile, now=LOOK))
    reconciling.reconcile_due(LOOK)
    assert WeiboAccount.objects.get(uid=uid).token_state == "valid"


def test_a_token_that_ran_out_is_marked_expired(sandbox):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=True)
    fault(sandbox, "statuses/user_timeline", "error_code", error_code="21327")
    reconciling.reconcile_due(LOOK)
    assert WeiboAccount.objects.get(pk=order.account.weibo_id).token_state == "expired"


def test_a_second_read_begun_before_its_minute_proves_nothing_however_long_it_took(sandbox, monkeypatch):
    (order,) = at_weibo.ready(sandbox)
    lost(sandbox, order, made=False)
    reconciling.reconcile_due(LOOK)
    soon = LOOK + 30 * SECOND
    order.attempts.update(next_at=soon)  # as a second worker has it, whose claim came early
    clock.pin(at=soon)
    while_reading(monkeypatch, lambda: clock.pin(at=soon + MINUTE))
    assert reconciling.reconcile_due(soon) == 0
    assert attempts(order) == ["unknown"]


@pytest.mark.parametrize(("written", "looked_for"), [(timedelta(0), False), (-2 * MINUTE, True)])
def test_a_clock_that_was_set_forward_does_not_shorten_the_time_a_post_has_to_arrive(sandbox, written, looked_for):
    (order,) = at_weibo.ready(sandbox)
    clock.release()
    sent = clock.now()
    order.attempts.create(
        number=1, state=A.SENDING, base_post_id="0", armed_at=sent, sent_at=sent, next_at=sent, deadline=sent + written
    )
    clock.advance(to=sent + 5 * MINUTE)
    reconciling.reconcile_due(clock.now())
    assert attempts(order) == ["unknown" if looked_for else "sending"]
