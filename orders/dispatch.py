"""派单: an approved submission becomes orders, its money is frozen, and every account owner is told (R48, R69)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Case, When
from django.db.models.functions import Greatest, Least
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.models import User
from accounts.notices import NewNotice
from billing import holds
from orders import lifecycle
from orders.models import Order
from orders.moves import Cause
from tasks.models import Form, Item, Submission, Task
from weitask import plans
from weitask.money import display
from weitask.periods import shanghai
from weitask.questions import Rows

_WANTED: Final = Rows(
    lambda submission: (
        Item.objects.filter(submission=submission, lapsed_at=None, order=None)
        .select_related("account__owner", "account__standing_rule")
        .order_by("start_at", "id")
    )
)


def create_orders(*, submission: Submission, by: User, now: datetime) -> list[Order]:
    """Make one order of each selection of the submission that has not lapsed, and freeze their cost (A12).

    Called inside the transaction of the approval, under the advertiser's lock, after its hold has ended. Selections
    that have their order already are passed over.

    Raises:
        holds.NotEnough: the money is not there any more; the approval is undone with it.
    """
    task = submission.task
    wanted = _WANTED.all(submission=submission.pk)
    orders = [_order_of(item, submission=submission, task=task, now=now) for item in wanted]
    if not orders:
        return []
    plans.by_index()
    lifecycle.begin(orders=orders, cause=Cause.APPROVED, at=now, by=by)
    charges = [holds.Charge(order_id=order.pk, amount=order.total) for order in orders]
    holds.freeze(advertiser_id=task.advertiser_id, charges=charges, now=now)
    _span(task_id=task.pk, orders=orders)
    _tell_owners(orders=orders, now=now)
    return orders


def _order_of(item: Item, *, submission: Submission, task: Task, now: datetime) -> Order:
    """The snapshots of the submission, word for word (R32); an account with a standing rule lets it have a look."""
    return Order(
        task=task,
        item=item,
        advertiser_id=task.advertiser_id,
        account=item.account,
        owner=item.account.owner,
        form=submission.form,
        text=item.text or submission.text,
        image_ids=item.image_ids,
        source_id=submission.source_id,
        source_uid=submission.source_uid,
        start_at=item.start_at,
        price=item.price,
        fee=item.fee,
        followers=item.followers,
        rating=item.rating,
        rule_due_at=now if hasattr(item.account, "standing_rule") else None,
    )


def _span(*, task_id: int, orders: Sequence[Order]) -> None:
    """First and last start over all dispatched orders; a later last start asks for another closing digest (A20)."""
    first, last = min(order.start_at for order in orders), max(order.start_at for order in orders)
    Task.objects.filter(pk=task_id).update(
        first_start_at=Least("first_start_at", first),
        last_start_at=Greatest("last_start_at", last),
        closing_digest_at=Case(When(last_start_at__lt=last, then=None), default="closing_digest_at"),
    )


def _tell_owners(*, orders: Sequence[Order], now: datetime) -> None:
    words = _("{account}：{form}，{start} 开始，净收入 {price} 元，请在开始时间之前接单或拒单。")
    rows = [
        NewNotice(
            user_id=order.owner_id,
            kind="order_dispatched",
            dedupe=f"order_dispatched:{order.pk}",
            title=_("新订单"),
            body=format_lazy(
                words,
                account=order.account,
                form=Form(order.form).label,
                start=f"{shanghai(order.start_at):%m-%d %H:%M}",
                price=display(order.price),
            ),
            url=f"/orders/{order.pk}/",
            weibo_uid=notices.FIRST_BOUND,
            language=order.owner.language,
        )
        for order in orders
    ]
    notices.post(rows, now=now)
