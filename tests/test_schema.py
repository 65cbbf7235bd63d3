"""The schema itself keeps the promises (architecture 1.8)."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import MediaAccountFactory


@pytest.mark.django_db
def test_truncating_the_ledger_is_refused():
    with pytest.raises(DatabaseError, match="Cannot truncate"), transaction.atomic():
        connection.cursor().execute("TRUNCATE billing_transfer CASCADE")


@pytest.mark.django_db
def test_an_account_is_made_with_its_defaults():
    assert MediaAccountFactory().rating == 60
