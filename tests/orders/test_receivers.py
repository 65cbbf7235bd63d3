"""What the review sends, orders carry out, in the same transaction (architecture 3, R48, R85)."""

import pytest

from orders import dispatch
from orders.models import Order
from tasks import review
from tests.moments import MONDAY
from tests.orders import world
from tests.tasks.making import approved, reviewer, submitted

pytestmark = pytest.mark.django_db


def test_an_approval_makes_the_orders():
    submission = approved()
    order = Order.objects.get(task=submission.task)
    assert (order.state, order.start_at) == ("dispatched", submission.items.get().start_at)
    assert world.frozen(order) == submission.total


def test_a_dispatch_that_fails_undoes_the_approval(monkeypatch):
    submission = submitted()

    def broken(**_):
        raise RuntimeError("no")

    monkeypatch.setattr(dispatch.holds, "freeze", broken)
    with pytest.raises(RuntimeError):
        review.approve(submission=submission, by=reviewer(), now=MONDAY)
    submission.refresh_from_db()
    assert submission.state == "in_review"
    assert not Order.objects.exists()


def test_a_stop_cancels_the_orders():
    submission = approved()
    review.halt(task=submission.task, by=reviewer(), reason="内容违规", now=MONDAY)
    assert Order.objects.get(task=submission.task).state == "cancelled"
