"""信用额度 and 平台服务费率: dated, the newest in force counts (R124, A10, A32)."""

import pytest

from billing import credit
from billing.credit import CreditTerms
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import DAY, SECOND
from weitask.refusal import Forbidden, Refusal

pytestmark = pytest.mark.django_db


def grant(advertiser, now, amount: int, *, start=None, end=None, contract: str = "HT-2026-1"):
    terms = CreditTerms(amount, contract, start or now, end)
    return credit.set_credit(advertiser=advertiser, terms=terms, by=UserFactory(staff=True), now=now)


def limit(advertiser, at) -> int:
    return credit.limit_at(advertiser_id=advertiser.pk, at=at)


def test_without_a_grant_there_is_no_credit(now):
    assert limit(AdvertiserFactory(), now) == 0


def test_a_limit_counts_from_its_first_moment_to_before_its_last(now):
    advertiser = AdvertiserFactory()
    grant(advertiser, now, 50_000, end=now + DAY)
    assert (limit(advertiser, now - SECOND), limit(advertiser, now)) == (0, 50_000)
    assert (limit(advertiser, now + DAY - SECOND), limit(advertiser, now + DAY)) == (50_000, 0)


def test_the_newest_limit_in_force_counts_and_zero_withdraws_it(now):
    advertiser = AdvertiserFactory()
    grant(advertiser, now, 50_000)
    grant(advertiser, now, 20_000)
    assert limit(advertiser, now) == 20_000
    grant(advertiser, now, 0, start=now + DAY)
    assert limit(advertiser, now + DAY) == 0


def test_when_the_newest_limit_ends_no_older_one_comes_back(now):
    advertiser = AdvertiserFactory()
    grant(advertiser, now, 50_000)
    grant(advertiser, now, 20_000, end=now + DAY)
    assert (limit(advertiser, now + DAY - SECOND), limit(advertiser, now + DAY)) == (20_000, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"contract": " "}, "no_contract"),
        ({"amount": -1}, "bad_amount"),
        ({"amount": 10**13 + 1}, "bad_amount"),
        ({"start": -SECOND}, "in_the_past"),
        ({"end": -SECOND}, "ends_before_it_begins"),
    ],
)
def test_terms_that_make_no_sense_are_refused(now, change, code):
    moments = {name: now + value for name, value in change.items() if name in ("start", "end")}
    with pytest.raises(Refusal) as refusal:
        grant(AdvertiserFactory(), now, change.get("amount", 1), contract=change.get("contract", "HT"), **moments)
    assert refusal.value.code == code


def test_only_enterprises_are_contract_partners(now):
    with pytest.raises(Refusal) as refusal:
        grant(AdvertiserFactory(personal=True), now, 1)
    assert refusal.value.code == "not_enterprise"


def test_nobody_grants_credit_to_themselves(now):
    advertiser = AdvertiserFactory()
    terms = CreditTerms(1, "HT", now)
    with pytest.raises(Forbidden):
        credit.set_credit(advertiser=advertiser, terms=terms, by=advertiser.user, now=now)


def test_the_fee_is_nothing_until_a_rate_is_set_and_counts_from_its_moment(now):
    credit.set_fee_rate(rate_bp=1_000, valid_from=now, by=UserFactory(), now=now)
    assert (credit.fee_rate_at(at=now - SECOND), credit.fee_rate_at(at=now)) == (0, 1_000)


@pytest.mark.parametrize(("rate", "ahead"), [(-1, 0), (5_001, 0), (100, -1)])
def test_a_rate_that_makes_no_sense_is_refused(now, rate, ahead):
    with pytest.raises(Refusal):
        credit.set_fee_rate(rate_bp=rate, valid_from=now + ahead * DAY, by=UserFactory(), now=now)


def test_one_moment_has_one_rate(now):
    credit.set_fee_rate(rate_bp=100, valid_from=now, by=UserFactory(), now=now)
    with pytest.raises(Refusal):
        credit.set_fee_rate(rate_bp=200, valid_from=now, by=UserFactory(), now=now)
