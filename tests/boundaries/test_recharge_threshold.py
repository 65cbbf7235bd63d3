"""Recharge threshold: 1999.99 fails, 2000.00 passes (R8, A30, A31)."""

import pytest

from billing import credit
from billing.credit import CreditTerms
from tasks import drafting
from tasks.drafting import TaskInput
from tasks.models import Form, Task
from tests.billing.book import recharge
from tests.boundaries.doors import DOORS, create
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory
from tests.moments import MONDAY
from tests.tasks.making import approved, draft
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db
DRAFT = TaskInput(Form.ORIGINAL, "新品上市")


def company(second: int):
    """An enterprise that paid 1000.00 and then `second` fen."""
    advertiser = AdvertiserFactory()
    for amount in (100_000, second):
        recharge(advertiser, amount)
    return advertiser


@pytest.mark.parametrize("door", DOORS)
def test_with_1999_99_recharged_no_task_is_created(door):
    said = create(door, company(99_999), DRAFT, now=MONDAY)
    assert "累计充值" in said[0][1]
    assert not Task.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_with_2000_00_recharged_a_task_is_created(door):
    assert create(door, company(100_000), DRAFT, now=MONDAY) == []
    assert Task.objects.get().recharged_then == 200_000


def test_with_1999_99_a_task_is_not_created_by_copying_either():
    advertiser = company(99_999)
    old = Task.objects.create(advertiser=advertiser, form="original", text="旧", created_at=MONDAY, updated_at=MONDAY)
    with pytest.raises(Refusal) as refused:
        drafting.copy(task=old, by=advertiser.user, now=MONDAY)
    assert refused.value.code == "recharge_threshold"
    recharge(advertiser, 1)
    assert drafting.copy(task=old, by=advertiser.user, now=MONDAY)


def test_credit_does_not_count_towards_the_threshold():
    advertiser = company(99_999)
    terms = CreditTerms(1_000_000, "HT-2026-1", MONDAY, None)
    credit.set_credit(advertiser=advertiser, terms=terms, by=UserFactory(staff=True), now=MONDAY)
    assert create("verb", advertiser, DRAFT, now=MONDAY)


def test_spending_it_does_not_take_the_threshold_away():
    advertiser = company(100_000)
    approved(draft(advertiser, accounts=[MediaAccountFactory(price_original=200_000)]))
    assert create("verb", advertiser, DRAFT, now=MONDAY) == []
