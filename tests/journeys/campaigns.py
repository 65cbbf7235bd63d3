"""What lies behind a journey before its first click, done by the verbs that pages call; and what must hold after it."""

from collections.abc import Mapping
from datetime import datetime

from accounts import identity
from accounts.identity import Profile
from accounts.models import Advertiser, MediaAccount, User
from billing import audit, topups
from orders import answering
from orders.models import Order
from tasks import drafting, review
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Task
from tests.journeys import cast
from tests.journeys.cast import Owner
from tests.sandbox_process import SandboxProcess


def company(*, fen: int, sandbox: SandboxProcess, now: datetime) -> Advertiser:
    """`qiye` as an 企业用户 that has recharged."""
    who = Profile(cast.COMPANY, "王敏", "13900139000")
    advertiser = identity.become_enterprise(user=User.objects.get(username="qiye"), profile=who, now=now)
    recharge(advertiser, fen, sandbox=sandbox, now=now)
    return advertiser


def recharge(advertiser: Advertiser, fen: int, *, sandbox: SandboxProcess, now: datetime) -> None:
    """Paid at Sina's cashier, so that there is money for payouts."""
    topup = topups.start(advertiser=advertiser, amount=fen, payer_ip="203.0.113.9", now=now)
    sandbox.control(f"sinapay/deposits/{topup.number}/pay/", {"notify": "never"})
    topups.settle(number=topup.number, now=now)


def draft(advertiser: Advertiser, text: str, starts: Mapping[Owner, datetime | None], *, now: datetime) -> Task:
    """A draft of 原发 for these owners, each at its start; the earliest is the task's own."""
    first = min((start for start in starts.values() if start), default=None)
    own = {owner: None if start == first else start for owner, start in starts.items()}
    chosen = tuple(SelectionInput(account_of(owner).pk, start) for owner, start in own.items())
    data = TaskInput("original", text, "", (), first, chosen)
    return drafting.create(advertiser=advertiser, by=advertiser.user, data=data, now=now)


def sent(advertiser: Advertiser, text: str, starts: Mapping[Owner, datetime], *, now: datetime) -> Task:
    """The same, approved: 派单 to these owners."""
    task = draft(advertiser, text, starts, now=now)
    submission = review.submit(task=task, by=advertiser.user, now=now)
    review.approve(submission=submission, by=User.objects.get(username="shenhe"), now=now)
    return task


def order_of(task: Task, owner: Owner) -> Order:
    return task.orders.get(account__weibo__uid=owner.uid)


def accepted(task: Task, owner: Owner, *, now: datetime) -> Order:
    order = order_of(task, owner)
    return answering.accept(order=order, by=order.owner, ip="203.0.113.7", now=now)


def refused(task: Task, owner: Owner, *, reason: str, code: str = "style", now: datetime) -> Order:
    order = order_of(task, owner)
    return answering.refuse(order=order, by=order.owner, code=code, reason=reason, now=now)


def account_of(owner: Owner) -> MediaAccount:
    return MediaAccount.objects.get(weibo__uid=owner.uid)


def states(task: Task) -> dict[str, str]:
    """State of each order by the name of its account."""
    return dict(task.orders.values_list("account__screen_name", "state"))


def assert_books_balance() -> None:
    """Every invariant of the money and of the orders holds (spec 4)."""
    assert audit.run() == []
