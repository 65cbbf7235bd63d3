"""Short words for tests that speak of tasks; rows come from the verbs that make them in production."""

import itertools
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.access import TASK_REVIEW
from accounts.models import Advertiser, MediaAccount, User
from billing import ledger
from billing.models import AccountKind, Hold, Reason, TopUp
from tasks import drafting, review
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Form, Image, Submission, Task
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import HOUR, MONDAY

_numbers = itertools.count(1)
START = MONDAY + 2 * HOUR
RICH = 10_000_000  # fen


def fund(advertiser: Advertiser, amount: int = RICH, *, at: datetime = MONDAY) -> Advertiser:
    """A recharge that went through."""
    with transaction.atomic():
        return _fund(advertiser, amount, at)


def _fund(advertiser: Advertiser, amount: int, at: datetime) -> Advertiser:
    topup = TopUp.objects.create(
        advertiser=advertiser, number=f"T{next(_numbers)}", amount=amount, state="success", created_at=at, ended_at=at
    )
    available = ledger.account_ids(kind=AccountKind.AVAILABLE, advertiser_ids=[advertiser.pk])[advertiser.pk]
    cash = ledger.platform(AccountKind.CASH)
    ledger.post([ledger.NewTransfer(Reason.RECHARGE, topup.pk, cash, available, amount)], at=at)
    return advertiser


def enterprise(amount: int = RICH) -> Advertiser:
    return fund(AdvertiserFactory(), amount)


def reviewer() -> User:
    user = UserFactory(staff=True)
    user.groups.add(Group.objects.get(name=TASK_REVIEW))
    return user


def image(advertiser: Advertiser, name: str = "火锅.jpg") -> Image:
    return Image.objects.create(
        advertiser=advertiser, file="images/x.jpg", name=name, width=10, height=10, sha256="0" * 64, created_at=MONDAY
    )


def draft(
    advertiser: Advertiser | None = None,
    *,
    accounts: list[MediaAccount] | None = None,
    selections: tuple[SelectionInput, ...] | None = None,
    now: datetime = MONDAY,
    **typed: Any,
) -> Task:
    """An 原发 task for one account, two hours ahead, unless told otherwise."""
    mine = advertiser or enterprise()
    chosen = accounts if accounts is not None else [MediaAccountFactory()]
    wanted = selections if selections is not None else tuple(SelectionInput(one.pk) for one in chosen)
    values = {"form": Form.ORIGINAL, "text": "周末去哪儿吃？这家老火锅值得排队", "start_at": START} | typed
    return drafting.create(advertiser=mine, by=mine.user, data=TaskInput(selections=wanted, **values), now=now)


def submitted(task: Task | None = None, *, now: datetime = MONDAY, **typed: Any) -> Submission:
    one = task or draft(now=now, **typed)
    return review.submit(task=one, by=one.advertiser.user, now=now)


def approved(task: Task | None = None, *, now: datetime = MONDAY, **typed: Any) -> Submission:
    return review.approve(submission=submitted(task, now=now, **typed), by=reviewer(), now=now)


def held(submission: Submission) -> int:
    """Fen still held for a submission; 0 when its hold has ended."""
    return sum(Hold.objects.filter(submission_id=submission.pk, ended_at=None).values_list("amount", flat=True))


def codes(refusal: Any) -> list[tuple[str, int | None]]:
    """(code, row) of each problem of a refusal."""
    return [(problem.code, problem.row) for problem in refusal.value.problems]
