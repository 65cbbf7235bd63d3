"""Money that cannot be placed waits in suspense until a person gives it to its advertiser (F25)."""

import pytest

from billing import queries, suspense
from billing.models import AccountKind, SuspenseItem
from tests.billing.book import balance
from tests.factories import AdvertiserFactory, UserFactory
from weitask.models import Alarm
from weitask.refusal import Conflict, Forbidden

pytestmark = pytest.mark.django_db


def parked(now, *, confirmed: bool = True) -> SuspenseItem:
    suspense.park(number="RC1", amount=200_100, reason="通知金额不符", now=now)
    if confirmed:
        suspense.confirm(number="RC1", amount=200_000, now=now)
    return SuspenseItem.objects.get()


def test_only_what_sinas_list_confirms_is_booked_and_once(now):
    item = parked(now)
    assert not suspense.confirm(number="RC1", amount=200_000, now=now)
    assert (item.amount, balance(AccountKind.SUSPENSE)) == (200_000, 200_000)


def test_placed_money_is_the_advertisers_and_counts_as_recharge(now):
    item, advertiser, desk = parked(now), AdvertiserFactory(), UserFactory(staff=True)
    suspense.place(item=item, advertiser=advertiser, by=desk, now=now)
    wallet = queries.wallet(advertiser_id=advertiser.pk, now=now)
    assert (wallet.available, wallet.recharged_total) == (200_000, 200_000)
    assert balance(AccountKind.SUSPENSE) == 0
    assert Alarm.objects.get().resolved_by == desk


def test_money_is_placed_once(now):
    item, desk = parked(now), UserFactory(staff=True)
    suspense.place(item=item, advertiser=AdvertiserFactory(), by=desk, now=now)
    with pytest.raises(Conflict):
        suspense.place(item=item, advertiser=AdvertiserFactory(), by=desk, now=now)


def test_a_claim_that_nobody_confirmed_cannot_be_placed(now):
    item = parked(now, confirmed=False)
    with pytest.raises(Conflict):
        suspense.place(item=item, advertiser=AdvertiserFactory(), by=UserFactory(), now=now)


def test_nobody_places_money_with_themselves(now):
    item, advertiser = parked(now), AdvertiserFactory()
    with pytest.raises(Forbidden):
        suspense.place(item=item, advertiser=advertiser, by=advertiser.user, now=now)
