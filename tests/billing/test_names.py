"""What the finance desk reads: a run is named by its Friday in Shanghai, also when read back in UTC (A8)."""

import pytest

from billing import payouts
from billing.models import PayoutRun
from tests.moments import FRIDAY

pytestmark = pytest.mark.django_db


def test_a_run_is_named_by_its_friday():
    payouts.open_run(cutoff=FRIDAY, now=FRIDAY)
    assert str(PayoutRun.objects.get()) == "2026-01-09"
