"""Nothing to post is nothing done."""

import pytest

from billing import ledger
from billing.models import Transfer
from tests.moments import MONDAY


@pytest.mark.django_db
def test_an_empty_batch_posts_nothing():
    assert ledger.post([], at=MONDAY) == []
    assert not Transfer.objects.exists()
