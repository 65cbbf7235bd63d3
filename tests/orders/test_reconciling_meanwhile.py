"""What happens while timelines are being read back, and what is no time to read them (R81, architecture 5)."""

import pytest

from accounts import weibo_binding
from accounts.models import WeiboAccount
from orders import reconciling
from tests.accounts import weibo_side
from tests.orders import at_weibo
from tests.orders.at_weibo import fault
from tests.orders.test_reconciling import LOOK, lost

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinned")]


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
