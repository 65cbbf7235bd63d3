"""What the finance desk reads: runs, cards and notifications by names that people use."""

import pytest

from billing import payouts
from billing.models import BankCard, PaymentNotice, PayoutRun
from tests.moments import FRIDAY

pytestmark = pytest.mark.django_db


def test_a_run_is_named_by_its_friday():
    """In Shanghai, also when read back in UTC (A8)."""
    payouts.open_run(cutoff=FRIDAY, now=FRIDAY)
    assert str(PayoutRun.objects.get()) == "2026-01-09"


def test_a_card_is_named_by_its_bank_and_by_the_code_of_one_that_is_gone():
    assert [str(BankCard(bank_code=code, last4="1234")) for code in ("CMB", "GONE")] == [
        "招商银行 **** 1234",
        "GONE **** 1234",
    ]


def test_a_notification_is_named_by_what_it_says_and_what_sina_adds_by_its_code():
    kinds = [PaymentNotice(kind=kind).get_kind_display() for kind in ("withdraw_status_sync", "mig_change_card")]
    assert kinds == ["付款结果", "mig_change_card"]
    assert str(PaymentNotice(number="PO1", state="RETURNT_TICKET")) == "PO1 银行退票"
