"""What waits for a person about orders: verdicts, and what owners say against their rating (A6, A40, A48)."""

from django.utils.translation import gettext_lazy as _

from accounts.access import DECIDE_APPEALS, DECIDE_ORDERS
from orders import appeals
from orders.models import Order
from weitask.work import Work, queue

queue(
    "undecided",
    Work(
        title=_("待裁定的订单"),
        permission=DECIDE_ORDERS,
        rows=lambda user: Order.objects.exclude(undecided="").exclude(owner=user).exclude(advertiser__user=user),
        url_name="admin:orders_order_changelist",
        position=11,
        query="?waiting=any",
    ),
)
queue(
    "appeals",
    Work(
        title=_("待处理的评级申诉"),
        permission=DECIDE_APPEALS,
        rows=lambda user: appeals.queue(by=user).filter(accepted=None),
        url_name="admin:orders_ratingappeal_changelist",
        position=23,
        query="?accepted__isempty=1",
    ),
)
