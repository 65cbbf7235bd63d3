"""Orders for tests, brought to a state by the verbs that bring them there."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Advertiser, MediaAccount, User
from billing.models import AccountKind, BankCard
from orders import answering, dispatch, lifecycle
from orders.models import Order
from orders.moves import Cause, State
from tasks.models import Submission, Task, TaskState
from tests.billing.book import balance, recharge
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MONDAY
from weitask.periods import EARN_AFTER

START = MONDAY + 2 * HOUR
PRICE = 10_000
FEE = 1_000
_weibo_ids = itertools.count(5_100_000_000_000_000)


def judge() -> User:
    """A person who may decide about orders."""
    return UserFactory(is_staff=True, is_superuser=True)


def task_in(
    state: TaskState = TaskState.APPROVED, *, advertiser: Advertiser | None = None, now: datetime = MONDAY
) -> Task:
    """A task whose review is over."""
    advertiser = advertiser or AdvertiserFactory()
    task = Task.objects.create(
        advertiser=advertiser,
        form="original",
        text="新品上市",
        recharged_then=200_000,
        created_at=now,
        updated_at=now,
    )
    path = [TaskState.IN_REVIEW, TaskState.APPROVED, TaskState.RUNNING, TaskState.HALTED]
    for step in path[: path.index(state) + 1]:
        Task.objects.filter(pk=task.pk).update(state=step)
    task.refresh_from_db()
    return task


def dispatched(
    *,
    accounts: Sequence[MediaAccount] = (),
    starts: Sequence[datetime] = (START,),
    task: Task | None = None,
    price: int = PRICE,
    fee: int = FEE,
    now: datetime = MONDAY,
) -> list[Order]:
    """派单 of each account at its start (one start serves all), of one approved submission, paid for and frozen."""
    task = task or task_in(now=now)
    accounts = accounts or [MediaAccountFactory() for _ in starts]
    count = len(accounts)
    submission = Submission.objects.create(
        task=task,
        number=task.submissions.count() + 1,
        state=Submission.State.APPROVED,
        form=task.form,
        text=task.text,
        start_at=START,
        submitted_at=now,
        submitted_by=task.advertiser.user,
        net=price * count,
        fee=fee * count,
        coverage=1,
        rule_version="test",
    )
    for account, start in itertools.zip_longest(accounts, starts[:count], fillvalue=starts[-1]):
        submission.items.create(
            account=account, start_at=start, text="好吃", price=price, fee=fee, followers=account.followers, rating=60
        )
    with transaction.atomic():
        recharge(task.advertiser, (price + fee) * count, at=now)
        return dispatch.create_orders(submission=submission, by=submission.submitted_by, now=now)


def one(**options: object) -> Order:
    """A single 派单."""
    return dispatched(**options)[0]  # type: ignore[arg-type]


def accept(order: Order, *, at: datetime = MONDAY) -> Order:
    return answering.accept(order=order, by=order.owner, ip="203.0.113.7", now=at)


def accepted(**options: object) -> Order:
    return accept(one(**options))


def publish(order: Order, *, posted_at: datetime | None = None) -> Order:
    """已接单 → 已发布 as a confirmed post does it."""
    posted_at = posted_at or order.start_at
    lifecycle.move(
        order_ids=[order.pk],
        old=[State.ACCEPTED],
        new=State.PUBLISHED,
        cause=Cause.POSTED,
        at=posted_at,
        values={"weibo_id": str(next(_weibo_ids)), "posted_at": posted_at, "next_check_at": posted_at},
    )
    order.refresh_from_db()
    return order


def published(**options: object) -> Order:
    return publish(accepted(**options))


def achieve(order: Order, *, at: datetime | None = None) -> Order:
    """已发布 → 已达成 as a reading after 24 hours does it."""
    lifecycle.move(
        order_ids=[order.pk],
        old=[State.PUBLISHED],
        new=State.ACHIEVED,
        cause=Cause.KEPT,
        at=at or order.posted_at + EARN_AFTER,
    )
    order.refresh_from_db()
    return order


def achieved(**options: object) -> Order:
    return achieve(published(**options))


def complete(order: Order) -> Order:
    lifecycle.move(
        order_ids=[order.pk],
        old=[State.ACHIEVED],
        new=State.COMPLETED,
        cause=Cause.KEPT,
        at=order.posted_at + timedelta(days=30),
    )
    order.refresh_from_db()
    return order


def frozen(order: Order) -> int:
    return balance(AccountKind.FROZEN, advertiser=order.advertiser)


def available(order: Order) -> int:
    return balance(AccountKind.AVAILABLE, advertiser=order.advertiser)


def payable(order: Order) -> int:
    return balance(AccountKind.PAYABLE, owner=order.owner)


def with_card(owner: User) -> BankCard:
    """The owner's bound bank card, as `billing.cards` leaves it."""
    return BankCard.objects.create(
        owner=owner,
        bank_code="ICBC",
        last4="6666",
        number="sealed",
        holder="sealed",
        number_hash=f"hash{owner.pk}",
        state="bound",
        card_id=f"card{owner.pk}",
        created_at=MONDAY,
        bound_at=MONDAY,
    )
