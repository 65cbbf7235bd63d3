"""Hold, freeze, then earned or released, order by order."""

import pytest

from billing import holds, ledger
from billing.models import AccountKind, CreditLimit, Entry, Hold, Transfer
from tests.billing.book import balance, recharge
from tests.factories import AdvertiserFactory, UserFactory

pytestmark = pytest.mark.django_db


def with_money(amount: int):
    advertiser = AdvertiserFactory()
    recharge(advertiser, amount)
    return advertiser


def with_credit(amount: int, *, cash: int = 0):
    advertiser = with_money(cash) if cash else AdvertiserFactory()
    CreditLimit.objects.create(
        advertiser=advertiser, amount=amount, contract="HT-1", valid_from="2026-01-01T00:00Z", by=UserFactory()
    )
    return advertiser


def freeze(advertiser, now, **amounts: int) -> None:
    charges = [holds.Charge(int(name[1:]), amount) for name, amount in amounts.items()]
    holds.freeze(advertiser_id=advertiser.pk, charges=charges, now=now)


def test_a_hold_leaves_the_balance_and_takes_from_what_is_spendable(now):
    advertiser = with_money(30_000)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=20_000, now=now)
    assert balance(AccountKind.AVAILABLE, advertiser=advertiser) == 30_000
    with pytest.raises(holds.NotEnough) as refusal:
        holds.place(submission_id=2, advertiser_id=advertiser.pk, amount=10_001, now=now)
    assert refusal.value.missing_fen == 1
    assert refusal.value.code == "not_enough_money"


def test_a_hold_of_exactly_what_is_spendable_passes(now):
    advertiser = with_money(30_000)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=30_000, now=now)
    assert Hold.objects.get().spendable_then == 30_000


def test_an_advertiser_without_a_ledger_account_has_nothing_to_spend(now):
    with pytest.raises(holds.NotEnough):
        holds.place(submission_id=1, advertiser_id=AdvertiserFactory().pk, amount=1, now=now)


def test_credit_can_be_held_like_money(now):
    advertiser = with_credit(50_000, cash=10_000)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=60_000, now=now)
    assert holds.held(advertiser_id=advertiser.pk) == 60_000


def test_a_lapsed_selection_drops_its_part(now):
    advertiser = with_money(30_000)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=30_000, now=now)
    holds.drop_part(submission_id=1, amount=12_000, now=now)
    assert holds.held(advertiser_id=advertiser.pk) == 18_000
    assert Hold.objects.get().original == 30_000


def test_no_more_than_the_hold_can_be_dropped(now):
    advertiser = with_money(30_000)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=100, now=now)
    with pytest.raises(holds.HoldGone):
        holds.drop_part(submission_id=1, amount=101, now=now)


def test_a_hold_ends_once(now):
    advertiser = with_money(100)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=100, now=now)
    holds.end(submission_id=1, now=now)
    assert holds.held(advertiser_id=advertiser.pk) == 0
    with pytest.raises(holds.HoldGone):
        holds.end(submission_id=1, now=now)


def test_freezing_moves_available_to_frozen_order_by_order(now):
    advertiser = with_money(30_000)
    freeze(advertiser, now, o1=10_000, o2=15_000)
    assert balance(AccountKind.AVAILABLE, advertiser=advertiser) == 5_000
    assert balance(AccountKind.FROZEN, advertiser=advertiser) == 25_000


def test_what_another_submission_holds_cannot_be_frozen(now):
    advertiser = with_money(30_000)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=10_000, now=now)
    with pytest.raises(holds.NotEnough) as refusal:
        freeze(advertiser, now, o1=20_001)
    assert refusal.value.missing_fen == 1
    assert not Transfer.objects.filter(reason="freeze").exists()


def test_a_freeze_on_credit_stores_the_limit_and_goes_down_to_it(now):
    advertiser = with_credit(50_000, cash=10_000)
    freeze(advertiser, now, o1=60_000)
    transfer = Transfer.objects.get(reason="freeze")
    assert transfer.limit_then == 50_000
    assert balance(AccountKind.AVAILABLE, advertiser=advertiser) == -50_000


def test_credit_cut_below_what_is_used_blocks_new_freezes_and_recalls_nothing(now):
    advertiser = with_credit(50_000)
    freeze(advertiser, now, o1=40_000)
    CreditLimit.objects.create(advertiser=advertiser, amount=10_000, contract="HT-1", valid_from=now, by=UserFactory())
    with pytest.raises(holds.NotEnough):
        freeze(advertiser, now, o2=1)
    assert balance(AccountKind.FROZEN, advertiser=advertiser) == 40_000
    recharge(advertiser, 30_001)
    freeze(advertiser, now, o2=1)


def test_an_order_is_frozen_once(now):
    advertiser = with_money(30_000)
    freeze(advertiser, now, o1=10_000)
    with pytest.raises(ledger.Duplicate):
        freeze(advertiser, now, o1=10_000)


def test_release_gives_each_frozen_amount_back_to_its_advertiser(now):
    one, two = with_money(10_000), with_money(10_000)
    freeze(one, now, o1=4_000, o2=1_000)
    freeze(two, now, o3=7_000)
    holds.release(order_ids=[1, 3], now=now)
    assert balance(AccountKind.AVAILABLE, advertiser=one) == 9_000
    assert balance(AccountKind.AVAILABLE, advertiser=two) == 10_000
    assert balance(AccountKind.FROZEN, advertiser=one) == 1_000


def test_release_repays_credit_first(now):
    advertiser = with_credit(50_000)
    freeze(advertiser, now, o1=40_000)
    holds.release(order_ids=[1], now=now)
    assert balance(AccountKind.AVAILABLE, advertiser=advertiser) == 0


def test_earning_pays_the_owner_the_net_and_the_platform_the_fee(now):
    advertiser, owner = with_money(11_000), UserFactory()
    freeze(advertiser, now, o1=11_000)
    holds.earn(earnings=[holds.Earning(1, owner.pk, 10_000, 1_000)], now=now)
    assert balance(AccountKind.PAYABLE, owner=owner) == 10_000
    assert balance(AccountKind.FEE) == 1_000
    assert balance(AccountKind.FROZEN, advertiser=advertiser) == 0


def test_an_order_without_a_fee_makes_no_fee_line(now):
    advertiser, owner = with_money(11_000), UserFactory()
    freeze(advertiser, now, o1=11_000)
    holds.earn(earnings=[holds.Earning(1, owner.pk, 11_000, 0)], now=now)
    assert not Transfer.objects.filter(reason="fee").exists()


@pytest.mark.parametrize("first", ["earn", "release"])
@pytest.mark.parametrize("second", ["earn", "release"])
def test_a_frozen_amount_ends_once_earned_xor_released(now, first, second):
    advertiser, owner = with_money(20_000), UserFactory()
    freeze(advertiser, now, o1=10_000, o2=10_000)
    ends = {
        "earn": lambda: holds.earn(earnings=[holds.Earning(1, owner.pk, 10_000, 0)], now=now),
        "release": lambda: holds.release(order_ids=[1], now=now),
    }
    ends[first]()
    with pytest.raises(ledger.Duplicate):
        ends[second]()
    assert balance(AccountKind.FROZEN, advertiser=advertiser) == 10_000


def test_what_was_never_frozen_can_neither_be_released_nor_earned(now):
    with pytest.raises(holds.NotFrozen):
        holds.release(order_ids=[1], now=now)
    with pytest.raises(holds.NotFrozen):
        holds.earn(earnings=[holds.Earning(1, UserFactory().pk, 1, 0)], now=now)


def test_only_the_frozen_amount_can_be_earned(now):
    advertiser, owner = with_money(20_000), UserFactory()
    freeze(advertiser, now, o1=10_000)
    with pytest.raises(holds.NotFrozen):
        holds.earn(earnings=[holds.Earning(1, owner.pk, 10_000, 1)], now=now)
    assert Entry.objects.filter(account__kind="payable").count() == 0


def test_releasing_nothing_is_nothing(now):
    holds.release(order_ids=[], now=now)
    holds.earn(earnings=[], now=now)
    assert not Transfer.objects.exists()
